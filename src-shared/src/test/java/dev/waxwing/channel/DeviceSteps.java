package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.DeviceHandshake;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Runs the device's handshake over a stream of the test's own, which goes on by itself. */
final class DeviceSteps {

    private DeviceSteps() {}

    /** The action that ends the handshake. */
    static Action toTheEnd(DeviceHandshake handshake, RecordStream stream) throws IOException, ProtocolException {
        Deque<Action> actions = new ArrayDeque<>(handshake.start());
        while (true) {
            if (actions.isEmpty()) {
                assertThat(stream.read()).isEqualTo(ContentType.HANDSHAKE);
                actions.addAll(handshake.receive(stream.content()));
                continue;
            }
            switch (actions.remove()) {
                case Action.Send(Bytes messages) -> stream.write(ContentType.HANDSHAKE, messages);
                case Action.ChangeSendingKeys change -> stream.change(change);
                case Action.ChangeReceivingKeys change -> stream.change(change);
                case Action end -> {
                    return end;
                }
            }
        }
    }
}
