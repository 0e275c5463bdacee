package dev.waxwing.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.server.web.KeyForms.NewKey;
import dev.waxwing.server.web.KeyForms.Stand;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyFormsTest {

    private final List<Runnable> later = new ArrayList<>();
    private final KeyForms forms = new KeyForms(new SecureRandom(), later::add);

    @Test
    void obeys_a_form_once_and_only_its_owner() {
        String ticket = forms.open("anna");

        assertThat(forms.send(ticket, "olga")).isInstanceOf(Stand.Unknown.class);
        assertThat(forms.send(ticket, "anna")).isInstanceOf(Stand.Blank.class);
        assertThat(forms.send(ticket, "anna")).isInstanceOf(Stand.Sent.class);
        assertThat(forms.fetch(ticket, "anna")).isInstanceOf(Stand.Sent.class);
    }

    @Test
    void a_form_that_was_refused_can_be_mended_and_one_that_failed_cannot_be_sent_again() {
        String ticket = forms.open("anna");
        forms.send(ticket, "anna");
        forms.reopen(ticket, "anna");
        assertThat(forms.send(ticket, "anna")).isInstanceOf(Stand.Blank.class);

        forms.abandon(ticket);
        assertThat(forms.send(ticket, "anna")).isInstanceOf(Stand.Unknown.class);
    }

    @Test
    void shows_a_key_once_and_keeps_none_that_nobody_fetches() {
        NewKey key = new NewKey("camera-01", "3f9c", "AAAA", "a password");
        String fetched = forms.open("anna");
        forms.send(fetched, "anna");
        forms.ready(fetched, "anna", key);
        assertThat(forms.fetch(fetched, "olga")).isInstanceOf(Stand.Unknown.class);
        assertThat(forms.fetch(fetched, "anna")).isEqualTo(new Stand.Ready(key));
        assertThat(forms.fetch(fetched, "anna")).isEqualTo(new Stand.Over("3f9c"));

        String left = forms.open("anna");
        forms.send(left, "anna");
        forms.ready(left, "anna", key);
        later.getLast().run();
        assertThat(forms.fetch(left, "anna")).isEqualTo(new Stand.Over("3f9c"));
        assertThat(key.toString()).doesNotContain("AAAA", "password");
    }

    @Test
    void forms_that_are_open_take_no_memory_without_end() {
        String first = forms.open("anna");
        for (int i = 0; i < 1_000; i++) {
            forms.open("anna");
        }
        assertThat(forms.send(first, "anna")).isInstanceOf(Stand.Unknown.class);
    }
}
