package dev.waxwing.ca.enrollment;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A wish for several invites that differ in nothing but the name.
 *
 * @param names of the devices, each once
 * @param profile of their certificates; null for the default
 * @param expiresIn how long the invites can be used; null for the default
 * @param replace whether each may take the place of a device of its name
 */
public record InviteBatch(
        List<String> names,
        @Nullable String profile,
        @Nullable Duration expiresIn,
        boolean replace) {

    /** Most names that one wish may have. */
    public static final int MOST = 100;

    /** Copies the names. */
    public InviteBatch {
        names = List.copyOf(names);
    }

    List<InviteOrder> orders() {
        return names.stream()
                .map(name -> new InviteOrder(name, profile, expiresIn, replace))
                .toList();
    }
}
