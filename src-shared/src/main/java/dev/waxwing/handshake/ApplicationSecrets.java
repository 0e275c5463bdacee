package dev.waxwing.handshake;

import dev.waxwing.crypto.KeySchedule.MainSecret;
import dev.waxwing.crypto.KeySchedule.RatchetSecret;
import dev.waxwing.crypto.KeySchedule.TrafficSecret;
import dev.waxwing.wire.Bytes;

/**
 * What follows from MS_n: the traffic secrets of both directions, and what the next ratchet starts from (protocol sections
 * 6.3 and 10.2).
 *
 * @param th th_n
 */
record ApplicationSecrets(TrafficSecret client, TrafficSecret server, RatchetSecret ratchet, Bytes th)
        implements AutoCloseable {

    static ApplicationSecrets derive(MainSecret main, Bytes th) {
        return new ApplicationSecrets(main.client(th), main.server(th), main.ratchet(th), th);
    }

    @Override
    public void close() {
        client.close();
        server.close();
        ratchet.close();
    }
}
