package dev.waxwing.handshake;

import dev.waxwing.crypto.KeySchedule;
import dev.waxwing.crypto.KeySchedule.HandshakeSecret;
import dev.waxwing.crypto.KeySchedule.MainSecret;
import dev.waxwing.crypto.KeySchedule.TrafficSecret;
import dev.waxwing.crypto.Secret;
import dev.waxwing.crypto.Suite;
import dev.waxwing.wire.Bytes;

/** The secrets between ServerHello and the session: c_hs, s_hs and MS_0 (protocol section 6.2). */
record HandshakeKeys(Suite suite, TrafficSecret client, TrafficSecret server, MainSecret main)
        implements AutoCloseable {

    /**
     * Derives them; ES, HS and the shared secret are wiped.
     *
     * @param transcriptHash of ClientHello and ServerHello
     */
    static HandshakeKeys derive(Suite suite, Secret shared, Bytes transcriptHash) {
        try (HandshakeSecret handshake = KeySchedule.handshake(suite, shared)) {
            return new HandshakeKeys(
                    suite, handshake.client(transcriptHash), handshake.server(transcriptHash), handshake.main());
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
        main.close();
    }
}
