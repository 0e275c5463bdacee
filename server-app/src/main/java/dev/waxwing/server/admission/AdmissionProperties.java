package dev.waxwing.server.admission;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Which connections are heard (docs/operations.md, "Under a flood"). A <em>source</em> is an IPv4 address or the /64 of an IPv6
 * address.
 *
 * @param maxUnauthenticated how many connections may be without a session at once, 4 to 10,000; a quarter is kept for sources from
 *     which a device was authenticated before
 * @param earlyDropFrom from how many on some of the new ones are dropped by chance
 * @param earlyDropPercent how many of a hundred are dropped at that point, 1 to 100; more the fuller it gets
 * @param maxPerSource how many connections without a session one source may have at once
 * @param connectionsPerSecond how many connections one source may make in the long run
 * @param connectionBurst how many it may make at once
 * @param exemptSources addresses and ranges to which nothing applies that is counted by source: no penalty, rate or share
 * @param penalties for how long a source is shut out, and why
 */
@Validated
@ConfigurationProperties("waxwing.listener")
public record AdmissionProperties(
        @DefaultValue("256") @Min(4) @Max(10_000) int maxUnauthenticated,
        @DefaultValue("64") @Min(1) int earlyDropFrom,
        @DefaultValue("30") @Min(1) @Max(100) int earlyDropPercent,
        @DefaultValue("32") @Min(1) int maxPerSource,
        @DefaultValue("10") @Min(1) @Max(100_000) int connectionsPerSecond,
        @DefaultValue("100") @Min(1) int connectionBurst,
        @DefaultValue({"127.0.0.0/8", "::1"}) List<String> exemptSources,
        @DefaultValue Penalties penalties) {

    public AdmissionProperties {
        exemptSources = List.copyOf(exemptSources);
        exemptSources.forEach(AdmissionProperties::range);
    }

    /**
     * What each kind of misconduct adds, and when the sum counts.
     *
     * @param left for a connection that went away before it had a session
     * @param noShow for one that ran into a time limit
     * @param protocolError for one that broke the protocol
     * @param authFailed for one that was not who it had to be
     * @param threshold the sum from which on the source is shut out, until the sum has passed away; a known one not wholly
     * @param max the sum does not grow beyond
     * @param maxKnown the same for a source from which a device was authenticated before
     */
    public record Penalties(
            @DefaultValue("1s") Duration left,
            @DefaultValue("10s") Duration noShow,
            @DefaultValue("5s") Duration protocolError,
            @DefaultValue("5s") Duration authFailed,
            @DefaultValue("15s") Duration threshold,
            @DefaultValue("10m") Duration max,
            @DefaultValue("30s") Duration maxKnown) {

        private static final Duration LONGEST = Duration.ofDays(1);

        public Penalties {
            for (Duration time : List.of(left, noShow, protocolError, authFailed, threshold, max, maxKnown)) {
                if (time.isNegative() || time.compareTo(LONGEST) > 0) {
                    throw new IllegalArgumentException("waxwing.listener.penalties are 0s to 1d, not " + time);
                }
            }
        }

        Duration of(Conduct conduct) {
            return switch (conduct) {
                case AUTHENTICATED, BLAMELESS -> Duration.ZERO;
                case LEFT -> left;
                case NO_SHOW -> noShow;
                case PROTOCOL_ERROR -> protocolError;
                case AUTH_FAILED -> authFailed;
            };
        }
    }

    /** Places that strangers may take. */
    EarlyDrop forStrangers() {
        int full = maxUnauthenticated - maxUnauthenticated / 4;
        return new EarlyDrop(Math.min(earlyDropFrom, full), earlyDropPercent, full);
    }

    List<SourceRange> exemptRanges() {
        return exemptSources.stream().map(AdmissionProperties::range).toList();
    }

    private static SourceRange range(String text) {
        try {
            return SourceRange.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "waxwing.listener.exempt-sources takes addresses and ranges like 192.0.2.0/24, not " + text, e);
        }
    }
}
