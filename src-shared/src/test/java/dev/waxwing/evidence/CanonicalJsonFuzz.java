package dev.waxwing.evidence;

import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Input: what claims to be a manifest or a receipt. What is taken has one spelling. */
public final class CanonicalJsonFuzz {

    private CanonicalJsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        Bytes json = Bytes.of(input);
        Fuzz.once(input, 1 << 20, 256, () -> {
            try {
                Fuzz.require(CanonicalJson.write(CanonicalJson.read(json)).equals(json), "one spelling");
            } catch (MalformedEvidenceException e) {
                Fuzz.require(e.getMessage() != null, "a reason");
            }
            try {
                Fuzz.require(Manifest.decode(json).encode().equals(json), "one spelling of a manifest");
            } catch (MalformedEvidenceException e) {
                Fuzz.require(e.getMessage() != null, "a reason");
            }
            try {
                Fuzz.require(Receipt.decode(json).encode().equals(json), "one spelling of a receipt");
            } catch (MalformedEvidenceException e) {
                Fuzz.require(e.getMessage() != null, "a reason");
            }
        });
    }

    public static Map<String, Bytes> seeds() {
        TestEvidence evidence = new TestEvidence();
        return Map.of(
                "manifest",
                evidence.manifest().encode(),
                "receipt",
                evidence.evidence().receipt(),
                "escapes",
                Bytes.of("{\"a\":\"\\u0001\\n\\\\\\\"ü\",\"b\":9007199254740991}".getBytes(StandardCharsets.UTF_8)));
    }
}
