package dev.waxwing.server.web;

import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Permission;
import dev.waxwing.server.account.Role;
import java.util.Arrays;

/**
 * What the person at the console may do, so that pages offer nothing else.
 *
 * @param audit read the audit log, take evidence away
 * @param operate invite, issue, revoke, end sessions
 * @param administer manage users
 * @param role the name of the role that allows this
 */
record Abilities(boolean audit, boolean operate, boolean administer, String role) {

    static final Abilities NONE = new Abilities(false, false, false, "");

    static Abilities of(Caller caller) {
        return new Abilities(
                caller.may(Permission.AUDIT),
                caller.may(Permission.OPERATE),
                caller.may(Permission.ADMINISTER),
                Arrays.stream(Role.values())
                        .filter(caller::is)
                        .map(Role::label)
                        .findFirst()
                        .orElse(""));
    }
}
