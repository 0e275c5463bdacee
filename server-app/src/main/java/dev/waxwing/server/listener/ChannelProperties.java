package dev.waxwing.server.listener;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.RekeyPolicy;
import dev.waxwing.handshake.SessionTerms;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the channel is protected (docs/protocol.md, sections 4, 5.3 and 10). Whatever is out of the protocol's range is refused at
 * start-up.
 *
 * @param suites allowed cipher suites; empty for those that every peer must know. The device's order decides among them.
 * @param crypto whose cryptography is used: {@code best}, or {@code jdk} for what the Java runtime brings alone
 * @param keyUpdateRecords a key is updated after so many records, 1 to 2^20
 * @param keyUpdateSize and after so many bytes of records, 1 byte to 1 GiB
 * @param keyUpdateAfter and after this time, 1 to 600 seconds
 * @param ratchetSize all keys are renewed after so many bytes of records in both directions, 1 byte to 64 GiB
 * @param ratchetAfter and after this time, 1 second to 1 hour
 * @param sessionLifetime a session ends after this time, 1 second to 24 hours
 * @param idleTimeout a session in which nothing was heard for this time is over, 5 to 600 seconds
 */
@ConfigurationProperties("waxwing.channel")
public record ChannelProperties(
        @DefaultValue List<Suite> suites,
        @DefaultValue("best") String crypto,
        @DefaultValue("1048576") long keyUpdateRecords,
        @DefaultValue("1GB") DataSize keyUpdateSize,
        @DefaultValue("10m") Duration keyUpdateAfter,
        @DefaultValue("64GB") DataSize ratchetSize,
        @DefaultValue("1h") Duration ratchetAfter,
        @DefaultValue("24h") Duration sessionLifetime,
        @DefaultValue("60s") Duration idleTimeout) {

    public ChannelProperties {
        CryptoProvider.named(crypto);
        suites = suites.isEmpty() ? Suite.usual() : List.copyOf(suites);
        terms(keyUpdateRecords, keyUpdateSize, keyUpdateAfter, ratchetSize, ratchetAfter, sessionLifetime, idleTimeout);
    }

    CryptoProvider provider() {
        return CryptoProvider.named(crypto);
    }

    /** What every device is told. */
    SessionTerms terms() {
        return terms(
                keyUpdateRecords,
                keyUpdateSize,
                keyUpdateAfter,
                ratchetSize,
                ratchetAfter,
                sessionLifetime,
                idleTimeout);
    }

    private static SessionTerms terms(
            long keyUpdateRecords,
            DataSize keyUpdateSize,
            Duration keyUpdateAfter,
            DataSize ratchetSize,
            Duration ratchetAfter,
            Duration sessionLifetime,
            Duration idleTimeout) {
        try {
            RekeyPolicy rekey = new RekeyPolicy(
                    keyUpdateRecords, keyUpdateSize.toBytes(), keyUpdateAfter, ratchetSize.toBytes(), ratchetAfter);
            return new SessionTerms(sessionLifetime, idleTimeout, rekey);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("waxwing.channel: " + e.getMessage(), e);
        }
    }
}
