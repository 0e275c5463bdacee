package dev.waxwing.handshake;

import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.crypto.KeySchedule.MainSecret;
import dev.waxwing.crypto.KeySchedule.TrafficSecret;
import dev.waxwing.wire.Bytes;

/** The states of a session's rekeying (protocol section 10.3), each with exactly what its next step needs. */
sealed interface RekeyState extends AutoCloseable {

    /** Wipes what the state holds. */
    @Override
    default void close() {}

    /** No ratchet is under way. */
    record Steady() implements RekeyState {}

    /**
     * This end has begun a ratchet.
     *
     * @param ephemeral the initiator is in the place that the device has in a handshake
     * @param request the whole RatchetRequest
     * @param epoch of the record that carried it
     */
    record AwaitResponse(DeviceKeys ephemeral, Bytes request, int epoch) implements RekeyState {
        @Override
        public void close() {
            ephemeral.close();
        }
    }

    /** The server has begun a ratchet, and has dropped the one that the device began at the same time. */
    record AwaitResponseOnly(DeviceKeys ephemeral, Bytes request, int epoch) implements RekeyState {
        @Override
        public void close() {
            ephemeral.close();
        }
    }

    /**
     * This end has answered a RatchetRequest.
     *
     * @param signed what the initiator's signature must cover
     * @param transcript th of the last ratchet, RatchetRequest and RatchetResponse
     * @param main MS_n
     */
    record AwaitFinish(Bytes signed, Bytes transcript, MainSecret main) implements RekeyState {
        @Override
        public void close() {
            main.close();
        }
    }

    /**
     * This end has sent RatchetFinish.
     *
     * @param receiving what the responder sends under once it is done, too
     */
    record AwaitDone(TrafficSecret receiving) implements RekeyState {
        @Override
        public void close() {
            receiving.close();
        }
    }
}
