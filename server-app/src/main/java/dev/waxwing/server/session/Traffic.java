package dev.waxwing.server.session;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.stereotype.Component;

/** Counts what devices send, for the dashboard and the meters. Any thread may call. */
@Component
public final class Traffic {

    private final Sessions sessions;
    private final MeterRegistry meters;
    private final Rate bytes;
    private final Rate texts;
    private final LongAdder refusals = new LongAdder();

    Traffic(Sessions sessions, MeterRegistry meters, Clock clock) {
        this.sessions = sessions;
        this.meters = meters;
        this.bytes = new Rate(clock);
        this.texts = new Rate(clock);
        meters.gauge("waxwing.sessions", sessions, register -> register.all().size());
        meters.gauge("waxwing.uploads.open", this, Traffic::openUploads);
        meters.more().counter("waxwing.received.bytes", List.of(), bytes, Rate::total);
        meters.more().counter("waxwing.texts", List.of(), texts, Rate::total);
    }

    /** Content of texts and uploads arrived. */
    public void received(long count) {
        bytes.add(count);
    }

    /** Texts became durable. */
    public void textsAccepted(long count) {
        texts.add(count);
    }

    /**
     * A handshake or an enrolment was refused.
     *
     * @param reason a short constant word; it becomes a label
     */
    public void handshakeRefused(String reason) {
        refusals.increment();
        counter("waxwing.handshakes.refused", reason).increment();
    }

    /**
     * A connection ended by itself, or by a time limit, before it had a session.
     *
     * @param reason a short constant word; it becomes a label
     */
    public void handshakeUnfinished(String reason) {
        counter("waxwing.handshakes.unfinished", reason).increment();
    }

    /**
     * Something offered in a session was refused.
     *
     * @param reason a short constant word; it becomes a label
     */
    public void offerRefused(String reason) {
        counter("waxwing.offers.refused", reason).increment();
    }

    /** As of now. */
    public LiveNumbers now() {
        return new LiveNumbers(
                sessions.all().size(),
                openUploads(),
                bytes.total(),
                bytes.perSecond(),
                texts.total(),
                texts.perSecond(),
                refusals.sum());
    }

    private int openUploads() {
        return sessions.all().stream().mapToInt(LiveSession::openUploads).sum();
    }

    private Counter counter(String name, String reason) {
        return meters.counter(name, "reason", reason);
    }
}
