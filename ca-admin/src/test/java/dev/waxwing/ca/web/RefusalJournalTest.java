package dev.waxwing.ca.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.AdjustableClock;
import dev.waxwing.ca.audit.AuditEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusalJournalTest {

    private static final String SOURCE = "192.0.2.7";

    private final List<AuditEvent> written = new ArrayList<>();
    private final AdjustableClock clock = new AdjustableClock(Instant.parse("2026-01-31T09:30:00Z"));
    private final RefusalJournal journal = new RefusalJournal(written::add, clock);

    @Test
    void thirty_a_minute_have_an_entry_each_and_the_rest_one_that_counts_them() {
        List<String> told = refuse(30);
        clock.advance(Duration.ofSeconds(10));
        Instant first = clock.instant();
        List<String> more = refuse(11);
        clock.advance(Duration.ofSeconds(5));
        more.addAll(refuse(1));
        journal.flush();
        assertThat(written).extracting(AuditEvent::reference).isEqualTo(told);
        assertThat(written).allSatisfy(event -> assertThat(event.source()).isEqualTo(SOURCE));

        clock.advance(Duration.ofSeconds(61));
        journal.flush();
        journal.flush();

        assertThat(more).containsOnly(told.getLast());
        assertThat(written).hasSize(31);
        assertThat(written.getLast().reference()).isEqualTo(told.getLast());
        assertThat(written.getLast().run()).isEqualTo(new AuditEvent.Run(12, first, first.plusSeconds(5)));
    }

    @Test
    void a_new_minute_writes_the_sum_of_the_last_before_it_begins() {
        refuse(32);
        clock.advance(Duration.ofSeconds(61));
        refuse(1);

        assertThat(written).hasSize(32);
        assertThat(written.get(30).reason()).contains("2 further requests");
    }

    @Test
    void whoever_was_refused_little_adds_nothing() {
        refuse(3);
        clock.advance(Duration.ofSeconds(61));
        journal.flush();

        assertThat(written).hasSize(3);
    }

    @Test
    void who_has_one_ipv6_address_has_its_64_and_no_larger_share() {
        for (int i = 0; i < 100; i++) {
            refuse("2001:db8:1:2:0:0:0:" + Integer.toHexString(i));
        }
        assertThat(written).hasSize(30);
        assertThat(written.getFirst().source()).isEqualTo("2001:db8:1:2:0:0:0:0");

        refuse("2001:db8:1:3:0:0:0:1");
        assertThat(written).hasSize(31);
    }

    @Test
    void what_was_counted_of_a_source_is_written_when_others_take_its_place() {
        refuse(35);
        for (int i = 0; i < 5_000; i++) {
            refuse("198.51." + i / 250 + "." + i % 250);
        }

        assertThat(written)
                .filteredOn(event -> SOURCE.equals(event.source()))
                .hasSize(31)
                .last()
                .satisfies(sum -> assertThat(sum.reason()).contains("5 further requests"));
    }

    @Test
    void a_trail_that_fails_does_not_keep_the_refusal_from_being_told() {
        RefusalJournal unlucky = new RefusalJournal(
                _ -> {
                    throw new IllegalStateException("the database is gone");
                },
                clock);

        assertThat(unlucky.refused("anonymous", SOURCE, "GET /", "no credentials"))
                .matches("[0-9a-f]{16}");
    }

    private List<String> refuse(int times) {
        List<String> told = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            told.add(refuse(SOURCE));
        }
        return told;
    }

    private String refuse(String source) {
        return journal.refused("anonymous", source, "GET /api/v1/devices", "no credentials");
    }
}
