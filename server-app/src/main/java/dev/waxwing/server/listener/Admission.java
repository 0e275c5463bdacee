package dev.waxwing.server.listener;

import dev.waxwing.ca.enrollment.Renewals;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.channel.SessionAdmission;
import dev.waxwing.handshake.Restored;
import dev.waxwing.handshake.SessionGrant;
import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.device.DeviceRegister;
import dev.waxwing.server.ingest.Ingest;
import dev.waxwing.server.session.Sessions;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Quantity;
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
    private final DeviceRegister devices;
    private final Renewals renewals;
    private final Inventory inventory;

    /** The server cannot go back in time while it runs. */
    private final List<Restored> restored;

    Admission(
            ListenerProperties properties,
            Sessions sessions,
            Ingest ingest,
            DeviceRegister devices,
            Renewals renewals,
            Inventory inventory,
            Restorations restorations) {
        this.properties = properties;
        this.sessions = sessions;
        this.ingest = ingest;
        this.devices = devices;
        this.renewals = renewals;
        this.inventory = inventory;
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
                    AlertCode.BUSY,
                    "no more than " + Quantity.of(properties.maxSessions(), "session") + " at once",
                    COME_LATER,
                    null);
        }
        register(device.name().value(), SerialNumber.of(device.certificate()));
        return new SessionGrant(ingest.durableCounter(device.name().value()), ingest.maxOpenUploads(), restored);
    }

    /**
     * Only a certificate with which the device did not come last can be one that takes the place of another. It is looked at again,
     * because the handshake did so some time ago: its end is the device's to choose, who may have used the next certificate meanwhile.
     */
    private void register(String name, SerialNumber certificate) throws RefusedException {
        String serialNumber = certificate.toString();
        if (devices.seenAgain(name, serialNumber)) {
            return;
        }
        if (!renewals.use(certificate)) {
            throw superseded("certificate " + serialNumber
                    + " is a renewal whose predecessor is revoked or superseded by another");
        }
        if (!inventory.isInPlace(certificate)) {
            throw superseded("certificate " + serialNumber + " was superseded during the handshake");
        }
        devices.seen(name, serialNumber);
    }

    private static RefusedException superseded(String reason) {
        return new RefusedException(
                AlertCode.AUTH_FAILED,
                reason,
                Duration.ZERO,
                new UntrustedException(UntrustedException.Reason.SUPERSEDED, reason));
    }
}
