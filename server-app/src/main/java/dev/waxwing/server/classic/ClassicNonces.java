package dev.waxwing.server.classic;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Which nonces each device has used: a handshake that was recorded cannot be played back, neither now nor after a restart. The
 * newest {@value #KEPT} of each device are kept, and up to {@value #SLACK} more until they are cleared away. Any thread may call.
 */
@Component
final class ClassicNonces {

    /** For each device. */
    static final int KEPT = 100_000;

    static final int SLACK = 1_000;

    private final JdbcClient jdbc;
    private final AtomicLong used = new AtomicLong();

    ClassicNonces(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Notes a nonce.
     *
     * @param nonce 32 hex digits
     * @return false if the device has used it before
     */
    boolean use(String device, String nonce) {
        try {
            jdbc.sql("INSERT INTO classic_nonce (device, nonce) VALUES (:device, :nonce)")
                    .param("device", device)
                    .param("nonce", nonce)
                    .update();
        } catch (DuplicateKeyException e) {
            return false;
        }
        if (used.incrementAndGet() % SLACK == 0) {
            clear(KEPT);
        }
        return true;
    }

    /** Forgets all but the newest of each device. */
    void clear(int kept) {
        jdbc.sql("SELECT DISTINCT device FROM classic_nonce")
                .query(String.class)
                .list()
                .forEach(device -> newestToForget(device, kept)
                        .ifPresent(number -> jdbc.sql(
                                        "DELETE FROM classic_nonce WHERE device = :device AND number <= :number")
                                .param("device", device)
                                .param("number", number)
                                .update()));
    }

    private Optional<Long> newestToForget(String device, int kept) {
        return jdbc.sql("""
            SELECT number FROM classic_nonce WHERE device = :device
             ORDER BY number DESC OFFSET :kept ROWS FETCH NEXT 1 ROWS ONLY
            """)
                .param("device", device)
                .param("kept", kept)
                .query(Long.class)
                .optional();
    }
}
