package dev.waxwing.server.web;

import static dev.waxwing.server.web.LivePlaces.MOST;
import static dev.waxwing.server.web.LivePlaces.MOST_OF_A_PERSON;
import static dev.waxwing.server.web.LivePlaces.MOST_OF_A_ROLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.web.LivePlaces.Answer;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LivePlacesTest {

    private final LivePlaces places = new LivePlaces();

    private static Caller person(long id, Role role) {
        return new Caller(id, "person-" + id, 1, Set.copyOf(role.permissions()), false, null);
    }

    /** How many of so many wishes get a place. */
    private int taken(int wishes, int persons, int firstPerson, Role role) {
        int taken = 0;
        for (int i = 0; i < wishes; i++) {
            if (places.take(person(firstPerson + i % persons, role)) == Answer.TAKEN) {
                taken++;
            }
        }
        return taken;
    }

    @Test
    void one_person_cannot_take_the_places_of_others() {
        assertThat(taken(MOST, 1, 1, Role.VIEWER)).isEqualTo(MOST_OF_A_PERSON);
        assertThat(places.take(person(1, Role.VIEWER))).isEqualTo(Answer.TOO_MANY_OF_PERSON);
        assertThat(places.take(person(2, Role.VIEWER))).isEqualTo(Answer.TAKEN);
    }

    @Test
    void the_people_of_one_role_cannot_take_the_places_of_others() {
        assertThat(taken(MOST, 100, 1, Role.VIEWER)).isEqualTo(MOST_OF_A_ROLE);
        assertThat(places.take(person(500, Role.VIEWER))).isEqualTo(Answer.FULL);
        assertThat(places.take(person(501, Role.ADMIN))).isEqualTo(Answer.TAKEN);
    }

    @Test
    void there_are_no_more_than_that() {
        int all = taken(MOST, 100, 1, Role.VIEWER) + taken(MOST, 100, 200, Role.OPERATOR);
        assertThat(all).isEqualTo(MOST);
        assertThat(places.take(person(500, Role.ADMIN))).isEqualTo(Answer.FULL);
    }

    @Test
    void a_place_that_is_given_back_is_free() {
        taken(MOST_OF_A_PERSON, 1, 1, Role.VIEWER);
        places.free(person(1, Role.VIEWER));
        assertThat(places.take(person(1, Role.VIEWER))).isEqualTo(Answer.TAKEN);
        assertThat(places.take(person(1, Role.VIEWER))).isEqualTo(Answer.TOO_MANY_OF_PERSON);
    }
}
