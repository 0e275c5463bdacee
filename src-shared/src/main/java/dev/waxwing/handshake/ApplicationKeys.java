package dev.waxwing.handshake;

import dev.waxwing.crypto.KeySchedule.MainSecret;
import dev.waxwing.crypto.KeySchedule.TrafficSecret;
import dev.waxwing.crypto.TrafficKeys;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;

/** The first application keys and the session id (protocol section 6.3). */
record ApplicationKeys(SessionId session, TrafficKeys client, TrafficKeys server) implements AutoCloseable {

    /**
     * @param th0 hash of ClientHello to the device's Finished
     */
    static ApplicationKeys derive(MainSecret main, Bytes th0) {
        try (TrafficSecret client = main.client(th0);
                TrafficSecret server = main.server(th0)) {
            return new ApplicationKeys(main.sessionId(th0), client.keys(), server.keys());
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
