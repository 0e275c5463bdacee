package dev.waxwing.trust;

import dev.waxwing.fuzz.Authority;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.fuzz.SignedDer;
import dev.waxwing.wire.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Input: a byte of flags, then a revocation list in DER, or with flag {@code 0x01} its TBSCertList, which the authority then signs: the
 * JDK's parser sees nothing else.
 */
public final class RevocationListFuzz {

    private RevocationListFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        byte[] der = (input[0] & 1) == 0 ? rest : SignedDer.of(rest, Authority.sign(Authority.ISSUING, rest));
        Fuzz.once(input, 4 << 20, 2_048, () -> {
            try {
                SignedList list = SignedList.of(Bytes.of(der), Authority.ISSUING.certificate());
                Fuzz.require(list.number().signum() >= 0, "a number that is not negative");
                list.isCurrent(TestPki.NOW);
                list.names(Authority.SERVER.certificate());
                list.serialNumbers();
            } catch (UntrustedException e) {
                Fuzz.require(e.getMessage() != null, "a reason");
            }
        });
    }

    public static Map<String, Bytes> seeds() throws Der.MalformedException {
        Bytes none = TestPki.crl(Authority.ISSUING, List.of(), 0);
        Bytes two = TestPki.crl(
                Authority.ISSUING, List.of(Authority.SERVER.certificate(), Authority.DEVICE.certificate()), 900);
        return Map.of(
                "list",
                Bytes.concat(Bytes.fromHex("00"), two),
                "signed-none",
                Bytes.concat(Bytes.fromHex("01"), content(none)),
                "signed-two",
                Bytes.concat(Bytes.fromHex("01"), content(two)));
    }

    private static Bytes content(Bytes list) throws Der.MalformedException {
        return Bytes.of(new Der(list.toArray()).enter(Der.SEQUENCE).whole(Der.SEQUENCE));
    }
}
