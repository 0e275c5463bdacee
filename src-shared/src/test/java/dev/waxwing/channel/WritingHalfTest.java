package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.crypto.TrafficKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Adversary;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WritingHalfTest {

    private static final CryptoProvider CRYPTO = CryptoProvider.best();
    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void what_is_posted_when_the_session_is_over_is_dropped() throws Exception {
        try (Loopback loopback = new Loopback();
                SocketChannel socket = loopback.dial()) {
            RecordStream stream = new RecordStream(
                    socket,
                    CRYPTO,
                    RANDOM,
                    new BufferPool(CRYPTO),
                    Direction.SERVER_TO_DEVICE,
                    Direction.DEVICE_TO_SERVER);
            stream.change(new ChangeSendingKeys(2, SessionId.NONE, keys()));
            WritingHalf out = new WritingHalf(stream);
            out.post(ContentType.PONG, Bytes.of(new byte[8]));
            stream.close();
            out.dispose();

            // Whoever answered a ping or a ratchet just before must find nothing to complain about.
            TrafficKeys late = keys();
            out.post(List.of(new ChangeSendingKeys(3, SessionId.NONE, late)));
            out.post(ContentType.PONG, Bytes.of(new byte[8]));
            assertThatCode(out::flush).doesNotThrowAnyException();
            assertThat(stream.sendingEpoch()).isEqualTo(2);
            assertThatThrownBy(() -> CRYPTO.aead(late, RANDOM)
                            .seal(0, new byte[35], ByteBuffer.allocate(64).limit(16)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("wiped");
        }
    }

    private static TrafficKeys keys() throws Exception {
        Adversary device = Adversary.device(CRYPTO, RANDOM);
        Bytes hello = device.hello(false, List.of(Suite.AES_256_GCM_SHA384));
        device.meet(Adversary.server(CRYPTO, RANDOM).answer(hello, Suite.AES_256_GCM_SHA384));
        return device.handshakeKeys(false);
    }
}
