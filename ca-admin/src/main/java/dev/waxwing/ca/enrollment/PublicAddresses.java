package dev.waxwing.ca.enrollment;

import dev.waxwing.enrollment.ServerAddress;
import java.util.List;

/** Where devices reach the listener, for invites. The server implements it. */
@FunctionalInterface
public interface PublicAddresses {

    /**
     * The addresses, best first, at least one; an invite holds the first 16. Asked for each invite.
     *
     * @throws IllegalStateException while the listener's port is not known yet
     */
    List<ServerAddress> addresses();
}
