package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.crypto.TrafficKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Adversary;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.vectors.MemorySocket;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordStreamTest {

    private static final CryptoProvider CRYPTO = CryptoProvider.best();
    private static final SecureRandom RANDOM = new SecureRandom();

    private final MemorySocket socket = new MemorySocket(Bytes.EMPTY, 0);
    private final RecordStream stream = new RecordStream(
            socket, CRYPTO, RANDOM, new BufferPool(CRYPTO), Direction.DEVICE_TO_SERVER, Direction.SERVER_TO_DEVICE);

    @Test
    void gathered_records_leave_in_order_with_the_next_write() throws Exception {
        stream.gather(ContentType.HANDSHAKE, Bytes.of((byte) 1));
        stream.gather(ContentType.HANDSHAKE, Bytes.of((byte) 2));
        assertThat(socket.written()).isEqualTo(Bytes.EMPTY);
        stream.write(ContentType.ALERT, Bytes.of((byte) 3));
        assertThat(socket.written().hex())
                .matches("d501000000000002 01.. d501000000000002 02.. d501000000000002 03..".replace(" ", ""));
    }

    @Test
    void what_could_not_be_sealed_never_leaves() throws Exception {
        TrafficKeys keys = keys();
        stream.change(new ChangeSendingKeys(2, SessionId.NONE, keys));
        keys.close();
        assertThatThrownBy(() -> stream.write(ContentType.HANDSHAKE, Bytes.of((byte) 1)))
                .isInstanceOf(IllegalStateException.class);
        stream.flush();
        assertThat(socket.written()).isEqualTo(Bytes.EMPTY);
    }

    private static TrafficKeys keys() throws Exception {
        Adversary device = Adversary.device(CRYPTO, RANDOM);
        Bytes hello = device.hello(false, List.of(Suite.AES_256_GCM_SHA384));
        device.meet(Adversary.server(CRYPTO, RANDOM).answer(hello, Suite.AES_256_GCM_SHA384));
        return device.handshakeKeys(true);
    }
}
