package dev.waxwing.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

class HealthAdviceTest {

    @Test
    void a_part_that_is_well_has_nothing_to_say() {
        assertThat(HealthAdvice.of("authority", Status.UP, Map.of("keysEncrypted", true, "rootDaysLeft", 7_000L)))
                .isEmpty();
        assertThat(HealthAdvice.of("mediaStore", Status.UP, Map.of("usableBytes", 1L)))
                .isEmpty();
        assertThat(HealthAdvice.of("db", Status.UP, Map.of("database", "H2"))).isEmpty();
    }

    @Test
    void an_authority_that_ended_says_which_certificate_did() {
        assertThat(HealthAdvice.of(
                        "authority",
                        Status.DOWN,
                        Map.of("keysEncrypted", true, "issuingDaysLeft", 0L, "serverCertificateDaysLeft", 12L)))
                .singleElement()
                .asString()
                .contains("the issuing authority’s certificate", "Rotate")
                .doesNotContain("the server’s certificate");
    }

    @Test
    void a_full_disk_says_how_much_is_left_and_what_stays_free() {
        assertThat(HealthAdvice.of(
                        "mediaStore",
                        Status.OUT_OF_SERVICE,
                        Map.of("usableBytes", 900_000_000L, "reserveBytes", 1_000_000_000L)))
                .containsExactly("Uploads are refused: 900 MB left on the disk, and 1.0 GB are kept free"
                        + " (waxwing.media.reserve). Make room; devices go on by themselves.");
        assertThat(HealthAdvice.of("mediaStore", Status.DOWN, Map.of("error", "java.io.IOException: read-only")))
                .singleElement()
                .asString()
                .contains("read-only");
    }

    @Test
    void a_list_that_is_due_says_what_the_endpoint_warns_of() {
        assertThat(HealthAdvice.of(
                        "revocationList",
                        Status.UP,
                        Map.of("warning", "the root's revocation list has to be signed anew")))
                .containsExactly("The root's revocation list has to be signed anew.");
        assertThat(HealthAdvice.of("revocationList", Status.DOWN, Map.of("tooLarge", "the root's list is too large")))
                .containsExactly("The root's list is too large.");
        assertThat(HealthAdvice.of("revocationList", Status.DOWN, Map.of())).hasSize(1);
    }

    @Test
    void a_part_that_nobody_foresaw_says_its_error() {
        assertThat(HealthAdvice.of("other", Status.DOWN, Map.of("error", "it broke")))
                .containsExactly("it broke");
        assertThat(HealthAdvice.of("other", Status.DOWN, Map.of())).containsExactly("The server’s log says why.");
        assertThat(HealthAdvice.of("listener", Status.DOWN, Map.of("reason", "not listening")))
                .hasSize(1);
        assertThat(HealthAdvice.of("diskSpace", Status.DOWN, Map.of("free", 5_000_000L)))
                .singleElement()
                .asString()
                .contains("5.0 MB left");
    }
}
