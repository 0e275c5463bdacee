package dev.waxwing.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.web.Page;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PagerTest {

    @Test
    void says_which_entries_are_shown_and_links_to_both_sides() {
        Pager pager = Pager.of(page(1, 50, 120), "/transfers", Map.of("device", "gate north"));

        assertThat(pager.first()).isEqualTo(51);
        assertThat(pager.last()).isEqualTo(100);
        assertThat(pager.newer()).isEqualTo("/transfers?device=gate%20north");
        assertThat(pager.older()).isEqualTo("/transfers?device=gate%20north&page=2");
    }

    @Test
    void a_list_on_one_page_has_no_other() {
        Pager pager = Pager.of(page(0, 3, 3), "/audit", Map.of("query", ""));

        assertThat(pager.newer()).isNull();
        assertThat(pager.older()).isNull();
    }

    @Test
    void a_filter_cannot_become_part_of_the_link() {
        Pager pager = Pager.of(page(0, 50, 51), "/audit", Map.of("query", "a&page=9#x{y}"));

        assertThat(pager.older()).isEqualTo("/audit?query=a%26page%3D9%23x%7By%7D&page=1");
    }

    @Test
    void a_page_past_the_end_shows_nothing() {
        Pager pager = Pager.of(page(9, 0, 20), "/audit", Map.of());

        assertThat(pager.first()).isZero();
        assertThat(pager.newer()).isEqualTo("/audit?page=8");
    }

    private static Page<Integer> page(int number, int shown, long total) {
        return new Page<>(Collections.nCopies(shown, 1), number, 50, total);
    }
}
