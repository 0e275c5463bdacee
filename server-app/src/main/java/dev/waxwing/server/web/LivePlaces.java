package dev.waxwing.server.web;

import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Permission;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The places for pages that listen: some are left whatever one person opens, or all people of one role do. Any thread may call; the
 * object's monitor guards the numbers.
 */
final class LivePlaces {

    static final int MOST = 200;
    static final int MOST_OF_A_ROLE = 150;
    static final int MOST_OF_A_PERSON = 20;

    private final Map<Long, Integer> ofPersons = new HashMap<>();

    /** A role is known by all that its people may do. */
    private final Map<Set<Permission>, Integer> ofRoles = new HashMap<>();

    private int all;

    /** What became of the wish for a place. */
    enum Answer {
        TAKEN,
        /** The person has as many as one may have. */
        TOO_MANY_OF_PERSON,
        /** All are taken, or all that people of the role may have. */
        FULL
    }

    synchronized Answer take(Caller caller) {
        if (ofPersons.getOrDefault(caller.userId(), 0) >= MOST_OF_A_PERSON) {
            return Answer.TOO_MANY_OF_PERSON;
        }
        if (all >= MOST || ofRoles.getOrDefault(caller.permissions(), 0) >= MOST_OF_A_ROLE) {
            return Answer.FULL;
        }
        all++;
        ofPersons.merge(caller.userId(), 1, Integer::sum);
        ofRoles.merge(caller.permissions(), 1, Integer::sum);
        return Answer.TAKEN;
    }

    /** Gives back a place that was taken. */
    synchronized void free(Caller caller) {
        all--;
        ofPersons.computeIfPresent(caller.userId(), (_, count) -> count == 1 ? null : count - 1);
        ofRoles.computeIfPresent(caller.permissions(), (_, count) -> count == 1 ? null : count - 1);
    }
}
