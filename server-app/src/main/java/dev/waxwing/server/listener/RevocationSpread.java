package dev.waxwing.server.listener;

import dev.waxwing.ca.ceremony.AuthorityRevoked;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.CertificateRevoked;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RootListSigned;
import dev.waxwing.server.device.DeviceRegister;
import dev.waxwing.server.ingest.Ingest;
import dev.waxwing.server.session.Ending;
import dev.waxwing.server.session.Sessions;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Ends the sessions of a revoked certificate, and puts aside what they had half sent. */
@Component
final class RevocationSpread {

    private static final Logger LOG = LoggerFactory.getLogger(RevocationSpread.class);

    /** Many revocations at once must leave the database to each other, and to the sessions that end. */
    private static final int QUARANTINES_AT_ONCE = 2;

    private final Semaphore quarantines = new Semaphore(QUARANTINES_AT_ONCE);

    /** Of a hundred thousand revocations each waits as an entry here, and not as a thread. */
    private final Queue<CertificateRevoked> waiting = new ConcurrentLinkedQueue<>();

    private final Connections connections;
    private final Sessions sessions;
    private final DeviceRegister devices;
    private final Ingest ingest;
    private final Revocation revocation;

    RevocationSpread(
            Connections connections, Sessions sessions, DeviceRegister devices, Ingest ingest, Revocation revocation) {
        this.connections = connections;
        this.sessions = sessions;
        this.devices = devices;
        this.ingest = ingest;
        this.revocation = revocation;
    }

    /** Puts aside what a server had not come to that stopped, or died, right after a revocation. */
    @EventListener(ApplicationReadyEvent.class)
    void catchUp() {
        for (String device : ingest.halfSending()) {
            devices.certificateOf(device)
                    .flatMap(SerialNumber::parse)
                    .filter(this::isRevokedForGood)
                    .ifPresent(certificate -> ingest.quarantine(device, certificate, Ending.REVOKED.words()));
        }
    }

    private boolean isRevokedForGood(SerialNumber certificate) {
        return revocation
                .find(certificate)
                .filter(entry -> entry.reason() != RevocationReason.CERTIFICATE_HOLD)
                .isPresent();
    }

    /**
     * Returns when the sessions were told to end; quarantine waits for the disk, and goes on beside. The first of all that hear of a
     * revocation: what fails in another must not keep a session alive.
     */
    @EventListener
    @Order(Ordered.HIGHEST_PRECEDENCE)
    void on(CertificateRevoked event) {
        sessions.endCertificate(event.serialNumber());
        if (event.reason() == RevocationReason.CERTIFICATE_HOLD) {
            return; // What is half sent waits, as after any lost connection, for the device to be let in again.
        }
        waiting.add(event);
        if (quarantines.tryAcquire()) {
            Thread.ofVirtual().name("waxwing-quarantine").start(this::quarantineWaiting);
        }
    }

    /**
     * Tells all devices, and then ends the sessions of its own. Neither waits for a device. What its devices had half sent is put aside
     * as the certificate of each is revoked, which may take longer.
     */
    @EventListener
    @Order(Ordered.HIGHEST_PRECEDENCE)
    void on(AuthorityRevoked event) {
        try {
            connections.tellRootList();
        } finally {
            connections.endIssuedBy(event.issuer().certificate());
        }
    }

    /** It may name an authority for the first time: one that was revoked while the root's key was away. */
    @EventListener
    void on(RootListSigned event) {
        connections.tellRootList();
    }

    private void quarantineWaiting() {
        do {
            try {
                for (CertificateRevoked event = waiting.poll(); event != null; event = waiting.poll()) {
                    quarantine(event);
                }
            } finally {
                quarantines.release();
            }
            // One that was added after the last look found nobody to start while this one had not released.
        } while (!waiting.isEmpty() && quarantines.tryAcquire());
    }

    private void quarantine(CertificateRevoked event) {
        try {
            SerialNumber revoked = SerialNumber.parse(event.serialNumber()).orElseThrow();
            devices.withCertificate(event.serialNumber())
                    .forEach(device -> ingest.quarantine(device, revoked, Ending.REVOKED.words()));
        } catch (RuntimeException e) {
            LOG.error("What certificate {} had half sent could not be put aside", event.serialNumber(), e);
        }
    }
}
