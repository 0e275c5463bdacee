package dev.waxwing.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private final Sessions sessions = new Sessions(_ -> {}, _ -> {});

    @Test
    void finds_a_session_by_its_id_until_it_is_closed() {
        Live live = opened("camera", "a1", "01");
        assertThat(sessions.find("a1")).contains(live.view());
        sessions.closed(live, "closed by the device");
        assertThat(sessions.find("a1")).isEmpty();
        assertThat(sessions.end("a1", "admin")).isFalse();
        assertThat(sessions.count()).isZero();
    }

    @Test
    void ends_every_session_of_a_certificate_and_no_other() {
        Live one = opened("camera", "a1", "01");
        Live two = opened("gate", "a2", "02");
        sessions.endCertificate("01");
        assertThat(one.ending).isEqualTo(Ending.REVOKED);
        assertThat(two.ending).isNull();
        sessions.endCertificate("03");
        assertThat(two.ending).isNull();
    }

    @Test
    void a_newer_session_of_another_certificate_takes_over_and_outlives_the_revocation_of_the_older() {
        Live older = opened("camera", "a1", "01");
        Live newer = opened("camera", "a2", "02");
        assertThat(older.ending).isEqualTo(Ending.TAKEN_OVER);

        // The older has not gone yet: a revocation still finds it.
        older.ending = null;
        sessions.endCertificate("01");
        assertThat(older.ending).isEqualTo(Ending.REVOKED);
        assertThat(newer.ending).isNull();

        sessions.closed(older, "certificate revoked");
        assertThat(sessions.live()).containsExactly(newer.view());
        assertThat(sessions.end("a2", "admin")).isTrue();
        assertThat(newer.ending).isEqualTo(Ending.ENDED_BY_OPERATOR);
    }

    @Test
    void a_newer_session_of_the_same_certificate_is_found_after_the_older_is_closed() {
        Live older = opened("camera", "a1", "01");
        Live newer = opened("camera", "a2", "01");
        sessions.closed(older, "taken over");
        sessions.endCertificate("01");
        assertThat(newer.ending).isEqualTo(Ending.REVOKED);
    }

    private Live opened(String device, String id, String serialNumber) {
        Live live = new Live(new Session(
                id, device, "wxp2", serialNumber, "AES_256_GCM_SHA384", 2, 0, 0, Instant.EPOCH, "127.0.0.1:1", 0));
        sessions.open(live);
        return live;
    }

    private static final class Live implements LiveSession {

        private final Session view;
        private @Nullable Ending ending;

        Live(Session view) {
            this.view = view;
        }

        @Override
        public Session view() {
            return view;
        }

        @Override
        public int openUploads() {
            return 0;
        }

        @Override
        public boolean rekey() {
            return true;
        }

        @Override
        public void end(Ending why) {
            ending = why;
        }
    }
}
