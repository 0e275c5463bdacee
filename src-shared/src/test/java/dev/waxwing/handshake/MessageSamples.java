package dev.waxwing.handshake;

import dev.waxwing.crypto.HybridKeyExchange;
import dev.waxwing.wire.Bytes;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** One well-formed message of every type. */
final class MessageSamples {

    private static final List<Extension> EXTENSIONS =
            List.of(new Extension(0x1234, Bytes.fromHex("0102")), new Extension(0xFFFF, Bytes.EMPTY));

    private MessageSamples() {}

    static List<HandshakeMessage> all() {
        return List.of(
                clientHello(),
                serverHello(),
                new EncryptedExtensions(
                        66_048,
                        RekeyPolicy.laziest(),
                        SessionTerms.MAX_SESSION,
                        SessionTerms.MIN_IDLE,
                        Instant.parse("2026-06-01T12:00:00.123Z"),
                        EXTENSIONS),
                new CertificateRequest(List.of(0x0403, 0x0503), List.of(bytes(32), bytes(32)), EXTENSIONS),
                new Certificate(List.of(bytes(500), bytes(300)), bytes(77), EXTENSIONS),
                Certificate.ofServer(List.of(bytes(500)), bytes(77), bytes(400)),
                new CertificateVerify(0x0403, bytes(70)),
                new Finished(bytes(48)),
                new SessionAccept(Instant.EPOCH, new SessionGrant(9, 16), EXTENSIONS),
                new SessionAccept(
                        Instant.EPOCH,
                        new SessionGrant(
                                9,
                                16,
                                List.of(
                                        new Restored(Instant.ofEpochMilli(7), Instant.ofEpochMilli(3)),
                                        new Restored(Instant.ofEpochMilli(9), Instant.ofEpochMilli(1)))),
                        EXTENSIONS),
                new EnrolRequest(bytes(16), bytes(400)),
                new EnrolResponse(List.of(bytes(500), bytes(300), bytes(10))),
                new KeyUpdate(),
                new RatchetRequest(1, bytes(HybridKeyExchange.DEVICE_SHARE), bytes(900)),
                new RatchetResponse(bytes(HybridKeyExchange.SERVER_SHARE), Bytes.EMPTY, bytes(70)),
                new RatchetFinish(bytes(71)),
                new RatchetDone());
    }

    static ClientHello clientHello() {
        return new ClientHello(
                bytes(32),
                0,
                List.of(0x0002, 0x0003),
                List.of(0x0001, 0x0002),
                HybridKeyExchange.GROUP,
                bytes(HybridKeyExchange.DEVICE_SHARE),
                List.of(0x0403),
                61_440,
                EXTENSIONS);
    }

    static ServerHello serverHello() {
        return new ServerHello(
                bytes(32),
                ClientHello.VERSION,
                0x0001,
                HybridKeyExchange.GROUP,
                bytes(HybridKeyExchange.SERVER_SHARE),
                List.of());
    }

    private static Bytes bytes(int n) {
        byte[] bytes = new byte[n];
        new Random(n).nextBytes(bytes);
        return Bytes.of(bytes);
    }
}
