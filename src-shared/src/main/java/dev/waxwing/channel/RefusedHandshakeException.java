package dev.waxwing.channel;

import dev.waxwing.wire.Alert;
import dev.waxwing.wire.Incident;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A handshake that the server refused. The alert is on its way and the connection is closed; the true reason is here and
 * nowhere else.
 */
public final class RefusedHandshakeException extends Exception {

    private final Incident incident;
    private final @Nullable Alert alert;
    private final String reason;
    private final @Nullable X509Certificate certificate;

    RefusedHandshakeException(
            Incident incident,
            @Nullable Alert alert,
            String reason,
            @Nullable X509Certificate certificate,
            @Nullable Throwable cause) {
        super(reason, cause);
        this.incident = incident;
        this.alert = alert;
        this.reason = reason;
        this.certificate = certificate;
    }

    public Incident incident() {
        return incident;
    }

    /** The alert that was sent; empty if the first byte was not this protocol's, which is answered by silence. */
    public Optional<Alert> alert() {
        return Optional.ofNullable(alert);
    }

    /** For the audit log, never for the peer. */
    public String reason() {
        return reason;
    }

    /** The certificate that the peer presented, if it came that far. Nothing in it is verified. */
    public Optional<X509Certificate> certificate() {
        return Optional.ofNullable(certificate);
    }
}
