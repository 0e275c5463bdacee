package dev.waxwing.server.account;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A named set of permissions, given to a user or, as its scope, to an API token. */
public enum Role {
    ADMIN(
            "Everything, including users",
            EnumSet.of(Permission.READ, Permission.AUDIT, Permission.OPERATE, Permission.ADMINISTER)),
    OPERATOR(
            "Reads; invites devices, issues and revokes certificates, ends sessions",
            EnumSet.of(Permission.READ, Permission.OPERATE)),
    AUDITOR("Reads; also the audit log and evidence bundles", EnumSet.of(Permission.READ, Permission.AUDIT)),
    VIEWER("Reads", EnumSet.of(Permission.READ));

    private final String description;
    private final Set<Permission> permissions;

    Role(String description, EnumSet<Permission> permissions) {
        this.description = description;
        this.permissions = Collections.unmodifiableSet(permissions);
    }

    /** The role with this lower-case name, if there is one. */
    public static Optional<Role> named(String label) {
        return Arrays.stream(values())
                .filter(role -> role.label().equals(label))
                .findFirst();
    }

    /** The name people and the REST interface use. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One line that says what the role may do. */
    public String description() {
        return description;
    }

    public Set<Permission> permissions() {
        return permissions;
    }
}
