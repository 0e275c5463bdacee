package dev.waxwing.bench.micro;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.KeySchedule;
import dev.waxwing.crypto.KeySchedule.HandshakeSecret;
import dev.waxwing.crypto.KeySchedule.TrafficSecret;
import dev.waxwing.crypto.Suite;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.recordlayer.Opener;
import dev.waxwing.recordlayer.Protector;
import dev.waxwing.recordlayer.RecordHeader;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Seals a record and opens it again, in place, as the two ends of a connection do. */
@State(Scope.Thread)
public class RecordBenchmark {

    private static final int EPOCH = 2;

    @Param
    public Suite suite = Suite.AES_256_GCM_SHA384;

    @Param
    public Provider provider = Provider.JDK;

    @Param({"65536", "100"})
    public int size;

    private final SecureRandom random = new SecureRandom();
    private Protector protector;
    private Opener opener;
    private ByteBuffer buffer;

    /** For each iteration, because one key protects only so many records. */
    @Setup(Level.Iteration)
    public void freshKeys() throws ProtocolException {
        CryptoProvider crypto = provider.crypto();
        Bytes transcriptHash = Bytes.of(new byte[suite.hashLength()]);
        protector = new Protector(Direction.DEVICE_TO_SERVER);
        opener = new Opener(Direction.DEVICE_TO_SERVER);
        try (HandshakeSecret handshake = KeySchedule.handshake(suite, SharedSecret.exchange(random));
                TrafficSecret secret = handshake.client(transcriptHash)) {
            protector.change(EPOCH, SessionId.NONE, crypto.aead(secret.keys(), random));
            opener.change(EPOCH, SessionId.NONE, crypto.aead(secret.keys(), random));
        }
        buffer = crypto.allocate(Protector.HEAD + size + Protector.TAIL);
    }

    @Benchmark
    public ContentType sealAndOpen() throws ProtocolException {
        protector.protect(ContentType.APPLICATION, buffer.clear().limit(Protector.HEAD + size));
        RecordHeader header = RecordHeader.decode(buffer);
        return opener.open(header, buffer.position(buffer.position() + RecordHeader.SIZE));
    }
}
