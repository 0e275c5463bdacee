package dev.waxwing.wire;

import java.io.IOException;

/** The peer gave up and said so with an alert. */
public final class PeerAlertException extends IOException {

    private final transient Alert alert;

    public PeerAlertException(Alert alert) {
        super("the peer ended the session: " + alert.code() + ", reference " + alert.incident());
        this.alert = alert;
    }

    public Alert alert() {
        return alert;
    }
}
