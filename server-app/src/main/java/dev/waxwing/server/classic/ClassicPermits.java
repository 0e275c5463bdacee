package dev.waxwing.server.classic;

import dev.waxwing.classic.ClassicGate;
import java.io.IOException;

/** Where the RSA work of classic handshakes waits for its turn, so that a flood of them leaves processors to everybody else. */
@FunctionalInterface
interface ClassicPermits {

    /**
     * Waits for leave to compute once.
     *
     * @return to be closed when that is done
     * @throws NoPermitException if there is none in time
     */
    ClassicGate.Permit acquire() throws IOException;
}
