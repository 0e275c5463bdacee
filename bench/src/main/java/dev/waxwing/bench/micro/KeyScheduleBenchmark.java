package dev.waxwing.bench.micro;

import dev.waxwing.crypto.KeySchedule;
import dev.waxwing.crypto.KeySchedule.HandshakeSecret;
import dev.waxwing.crypto.KeySchedule.MainSecret;
import dev.waxwing.crypto.KeySchedule.TrafficSecret;
import dev.waxwing.crypto.Secret;
import dev.waxwing.crypto.Suite;
import dev.waxwing.crypto.TrafficKeys;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.security.SecureRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Every key of a session, from the main secret on; and the step from one traffic key to the next. */
@State(Scope.Thread)
public class KeyScheduleBenchmark {

    @Param
    public Suite suite = Suite.AES_256_GCM_SHA384;

    private Bytes transcriptHash;
    private HandshakeSecret handshake;
    private TrafficSecret traffic;

    @Setup
    public void exchange() throws ProtocolException {
        Secret shared = SharedSecret.exchange(new SecureRandom());
        transcriptHash = Bytes.of(new byte[suite.hashLength()]);
        handshake = KeySchedule.handshake(suite, shared);
        traffic = handshake.client(transcriptHash);
    }

    @Benchmark
    public SessionId sessionKeys() {
        try (MainSecret main = handshake.main();
                TrafficSecret device = main.client(transcriptHash);
                TrafficSecret server = main.server(transcriptHash);
                TrafficKeys _ = device.keys();
                TrafficKeys _ = server.keys()) {
            return main.sessionId(transcriptHash);
        }
    }

    @Benchmark
    public int keyUpdate() {
        traffic = traffic.next();
        try (TrafficKeys keys = traffic.keys()) {
            return keys.suite().code();
        }
    }
}
