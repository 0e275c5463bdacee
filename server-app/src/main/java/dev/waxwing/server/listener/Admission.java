package dev.waxwing.server.listener;

import dev.waxwing.channel.RefusedException;
import dev.waxwing.channel.SessionAdmission;
import dev.waxwing.handshake.Restored;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.ingest.Ingest;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.SessionId;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;

/** Lets authenticated devices in, as long as there is room. */
@Component
final class Admission implements SessionAdmission {

    private static final Duration COME_LATER = Duration.ofSeconds(30);

    private final ListenerProperties properties;
    private final Sessions sessions;
    private final Ingest ingest;

    /** The server cannot go back in time while it runs. */
    private final List<Restored> restored;

    Admission(ListenerProperties properties, Sessions sessions, Ingest ingest, Restorations restorations) {
        this.properties = properties;
        this.sessions = sessions;
        this.ingest = ingest;
        this.restored = restorations.all().stream()
                .limit(Restored.MOST)
                .map(restoration -> new Restored(restoration.restoredAt(), restoration.backupAt()))
                .toList()
                .reversed();
    }

    @Override
    public SessionGrant admit(VerifiedPeer device, SessionId session) throws RefusedException {
        if (sessions.count() >= properties.maxSessions()) {
            throw new RefusedException(
                    AlertCode.BUSY, "there are " + properties.maxSessions() + " sessions already", COME_LATER, null);
        }
        return new SessionGrant(ingest.durableCounter(device.name().value()), ingest.maxOpenUploads(), restored);
    }
}
