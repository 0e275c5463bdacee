package dev.waxwing.vectors;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.wire.Bytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Names what is in the rekeying vectors, and writes them: {@code RekeyingVectors FOLDER}. */
final class RekeyingVectors {

    static final List<String> MESSAGES = List.of(
            "message.KeyUpdate",
            "message.RatchetRequest",
            "message.RatchetResponse",
            "message.RatchetFinish",
            "message.RatchetDone");

    private static final String HEADING = """
        # Rekeying (section 10) in the session of %s, in the place of its record.close and record.alert: the
        # device updates its key and says its text again, then it begins a ratchet; text and answer follow under the new keys.
        #
        # Inputs, besides that file's: ratchet.ml_kem.*, ratchet.device.x25519 and ratchet.server.x25519 as there; in ratchet.*.ivs,
        # where the suite has IVs, those that follow the ones of that file: the first
        # record of each end here has the last IV there. The server's status is that of the handshake. Everything else
        # follows by docs/protocol.md: c_ap_updated is the secret after KeyUpdate, names with _1 are those of the first ratchet.
        """;

    private RekeyingVectors() {}

    static String file(Suite suite) {
        return HandshakeVectors.file(suite).replace("handshake-", "rekeying-");
    }

    /** The vectors of the handshake and of what follows. */
    static VectorFile read(Suite suite) {
        VectorFile vectors = VectorFile.read(HandshakeVectors.file(suite));
        vectors.putAll(VectorFile.read(file(suite)).all());
        return vectors;
    }

    static Playback play(VectorFile vectors, Suite suite, CryptoProvider provider) throws Exception {
        Playback playback = Playback.normal(vectors, suite, provider);
        playback.handshake();
        HandshakeVectors.converseUntilClose(playback);
        playback.updateKey();
        playback.say("record.Text_updated", true, ContentType.APPLICATION, HandshakeVectors.TEXT);
        playback.ratchet();
        playback.say("record.Text_ratcheted", true, ContentType.APPLICATION, HandshakeVectors.TEXT);
        playback.say("record.TextAck_ratcheted", false, ContentType.APPLICATION, HandshakeVectors.TEXT_ACK);
        return playback;
    }

    public static void main(String[] arguments) throws Exception {
        for (Suite suite : Suite.values()) {
            VectorFile all = VectorFile.read(HandshakeVectors.file(suite));
            Set<String> before = Set.copyOf(all.all().keySet());
            inputs(all);
            if (suite.prefix() > 0) {
                HandshakeVectors.ivs(all, "ratchet.", 4, 2);
            }
            Playback playback = play(all, suite, CryptoProvider.jdk());
            List<Bytes> messages = HandshakeVectors.split(Bytes.concat(playback.flights.toArray(Bytes[]::new)));
            for (int i = 0; i < MESSAGES.size(); i++) {
                all.put(MESSAGES.get(i), messages.get(HandshakeVectors.MESSAGES.size() + i));
            }
            all.putAll(new Reference(suite.code()).deriveRekeying(all));
            for (Map.Entry<String, Bytes> record : playback.records) {
                if (!before.contains(record.getKey())) {
                    all.put(record.getKey(), record.getValue());
                }
            }
            VectorFile own = new VectorFile();
            all.all().forEach((name, value) -> {
                if (!before.contains(name)) {
                    own.put(name, value);
                }
            });
            String heading = HEADING.formatted(HandshakeVectors.file(suite));
            Files.writeString(Path.of(arguments[0], file(suite)), HandshakeVectors.text(heading, own));
        }
    }

    private static void inputs(VectorFile vectors) {
        Random random = new Random(4);
        for (String name : List.of("ml_kem.d", "ml_kem.z", "device.x25519", "ml_kem.m", "server.x25519")) {
            byte[] value = new byte[32];
            random.nextBytes(value);
            vectors.put("ratchet." + name, Bytes.of(value));
        }
    }
}
