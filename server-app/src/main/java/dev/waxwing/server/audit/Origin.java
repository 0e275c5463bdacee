package dev.waxwing.server.audit;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From where the present thread does what it does, so that whatever is audited on it says so without having been told: the
 * address of a request or of a device, or {@value #HOST} for the owner of the host.
 */
public final class Origin {

    /** The server's own host, by its data directory. */
    public static final String HOST = "host";

    private static final ScopedValue<String> ADDRESS = ScopedValue.newInstance();

    private Origin() {}

    /** Does something from an address. */
    public static void run(String address, Runnable work) {
        ScopedValue.where(ADDRESS, address).run(work);
    }

    /** Does something from an address that has a result, or fails. */
    public static <R, X extends Throwable> R call(String address, ScopedValue.CallableOp<? extends R, X> work)
            throws X {
        return ScopedValue.where(ADDRESS, address).call(work);
    }

    /** Work for another thread, that is done from where it was ordered. */
    public static <T> Supplier<T> carried(Supplier<T> work) {
        String address = current();
        return address == null
                ? work
                : () -> ScopedValue.where(ADDRESS, address).call(work::get);
    }

    /** Work for another thread, that is done from where it was ordered. */
    public static Runnable carried(Runnable work) {
        String address = current();
        return address == null ? work : () -> run(address, work);
    }

    static @Nullable String current() {
        return ADDRESS.isBound() ? ADDRESS.get() : null;
    }
}
