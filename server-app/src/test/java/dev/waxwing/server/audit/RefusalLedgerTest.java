package dev.waxwing.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.audit.Outcome;
import dev.waxwing.ca.audit.Reference;
import dev.waxwing.server.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusalLedgerTest {

    private static final String SOURCE = "192.0.2.7";

    private final List<AuditEvent> written = new ArrayList<>();
    private final MovableClock clock = new MovableClock(Instant.parse("2026-01-31T09:30:00Z"));
    private final RefusalLedger ledger = new RefusalLedger(written::add, clock);

    @Test
    void the_first_five_of_a_source_have_an_entry_each() {
        List<AuditEvent> events = refuse(SOURCE, 5, "revoked", true);
        assertThat(written).isEqualTo(events);
        ledger.flush();
        assertThat(written).hasSize(5);
    }

    @Test
    void every_reference_that_was_told_is_found_with_its_reason() {
        List<AuditEvent> revoked = refuse(SOURCE, 1_000, "revoked", true);
        List<AuditEvent> expired = refuse("198.51.100.9", 300, "expired", true);
        ledger.flush();
        assertThat(revoked).allSatisfy(event -> assertFound(event, "revoked"));
        assertThat(expired).allSatisfy(event -> assertFound(event, "expired"));
        assertThat(written)
                .hasSizeLessThan(60)
                .allSatisfy(event -> assertThat(event.reason()).hasSizeLessThanOrEqualTo(1_024));
    }

    @Test
    void refusals_that_nobody_was_told_of_are_counted_in_one_entry() {
        Instant from = clock.instant();
        refuse(SOURCE, 5, "other_protocol", false);
        refuse(SOURCE, 10_000, "other_protocol", false);
        clock.advance(Duration.ofSeconds(9));
        refuse(SOURCE, 1, "other_protocol", false);
        ledger.flush();
        assertThat(written).hasSize(6);
        assertThat(written.getLast().actor()).isEqualTo("peer " + SOURCE);
        assertThat(written.getLast().action()).isEqualTo("session.refused");
        assertThat(written.getLast().run()).isEqualTo(new AuditEvent.Run(10_001, from, clock.instant()));
        assertThat(written.getLast().source()).isEqualTo(SOURCE);
        assertThat(written.getLast().reason())
                .contains(
                        "10001 further refusals",
                        "other_protocol",
                        from.toString(),
                        clock.instant().toString());
    }

    @Test
    void a_sum_says_that_there_were_other_reasons_than_the_first() {
        refuse(SOURCE, 5, "expired", false);
        for (String reason : List.of("at 10:00", "at 11:00", "at 12:00")) {
            ledger.record(SOURCE, "expired", AuditEvent.refused("peer", "session.refused", "none", reason), false);
        }
        ledger.flush();
        assertThat(written.getLast().reason()).contains("the first: at 10:00; 2 of them otherwise, the last: at 12:00");
    }

    @Test
    void a_flood_from_everywhere_is_put_together_too() {
        List<AuditEvent> events = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            events.addAll(refuse("10.0." + i / 256 + "." + i % 256, 1, "protocol_error", true));
        }
        ledger.flush();
        assertThat(written)
                .hasSizeLessThan(600)
                .allSatisfy(event -> assertThat(event.reason()).hasSizeLessThanOrEqualTo(1_024));
        assertThat(events).allSatisfy(event -> assertFound(event, "protocol_error"));
        assertThat(written.getLast().reason()).contains(events.getLast().reference() + "@10.0.19.135");
    }

    @Test
    void a_source_gets_entries_of_its_own_again_once_it_was_quiet() {
        refuse(SOURCE, 100, "expired", true);
        ledger.flush();
        int before = written.size();
        clock.advance(Duration.ofMinutes(2));
        List<AuditEvent> later = refuse(SOURCE, 3, "expired", true);
        assertThat(written.subList(before, written.size())).isEqualTo(later.subList(0, 2));
    }

    @Test
    void one_flooding_source_leaves_others_their_own_entries() {
        refuse(SOURCE, 10_000, "expired", true);
        int before = written.size();
        List<AuditEvent> other = refuse("198.51.100.9", 1, "revoked", true);
        assertThat(written.subList(before, written.size())).isEqualTo(other);
    }

    @Test
    void a_long_first_reason_leaves_room_for_the_references() {
        AuditEvent event =
                new AuditEvent("peer", "session.refused", "none", Outcome.REFUSED, "0", "\uD83D\uDE00".repeat(400));
        for (int i = 0; i < 1_000; i++) {
            ledger.record(SOURCE, "expired", withReference(event), true);
        }
        ledger.flush();
        assertThat(written.subList(5, written.size()))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.reason())
                        .hasSizeLessThanOrEqualTo(1_024)
                        .contains("references: ")
                        .doesNotContainPattern("[\uD800-\uDBFF](?![\uDC00-\uDFFF])"));
    }

    @Test
    void a_trail_that_fails_does_not_stop_the_ledger() {
        AuditTrail broken = event -> {
            throw new IllegalStateException("the database is gone");
        };
        RefusalLedger unlucky = new RefusalLedger(broken, clock);
        for (int i = 0; i < 7; i++) {
            unlucky.record(SOURCE, "expired", AuditEvent.refused("peer", "session.refused", "none", "expired"), true);
        }
        unlucky.flush();
    }

    private List<AuditEvent> refuse(String source, int times, String kind, boolean told) {
        List<AuditEvent> events = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            AuditEvent event =
                    AuditEvent.refused("peer " + source + ":4711", "session.refused", "no certificate", kind + ": why");
            ledger.record(source, kind, event, told);
            events.add(event);
        }
        return events;
    }

    private void assertFound(AuditEvent event, String kind) {
        assertThat(written)
                .filteredOn(entry -> entry.reference().equals(event.reference())
                        || String.valueOf(entry.reason()).contains(event.reference()))
                .singleElement()
                .satisfies(entry -> assertThat(entry.reason()).contains(kind));
    }

    private static AuditEvent withReference(AuditEvent event) {
        return new AuditEvent(
                event.actor(), event.action(), event.subject(), event.outcome(), Reference.fresh(), event.reason());
    }
}
