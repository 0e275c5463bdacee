package dev.waxwing.server.admission;

import dev.waxwing.channel.SourcePrefix;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a connection occupies until it has a session. Any thread may leave it; only the first leave counts. */
public final class Place implements AutoCloseable {

    private final Gate gate;
    private final SourcePrefix source;
    private final boolean exempt;
    private final AtomicBoolean left = new AtomicBoolean();

    Place(Gate gate, SourcePrefix source, boolean exempt) {
        this.gate = gate;
        this.source = source;
        this.exempt = exempt;
    }

    /** Where the connection comes from. */
    public SourcePrefix source() {
        return source;
    }

    /** Gives it back. */
    public void leave(Conduct conduct) {
        if (left.compareAndSet(false, true)) {
            gate.left(source, exempt, conduct);
        }
    }

    /** Gives it back if that was not done yet; nobody is blamed. */
    @Override
    public void close() {
        leave(Conduct.BLAMELESS);
    }
}
