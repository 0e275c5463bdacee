package dev.waxwing.server.session;

import dev.waxwing.wire.AlertCode;

/** Why the server ends a session. */
public enum Ending {
    /** The same device came again. */
    TAKEN_OVER("taken over by a newer session", AlertCode.GOING_AWAY, false),
    /** Its certificate was revoked. */
    REVOKED("certificate revoked", AlertCode.AUTH_FAILED, false),
    /** The authority that issued its certificate was revoked. */
    ISSUER_REVOKED("the authority of its certificate was revoked", AlertCode.AUTH_FAILED, false),
    /** It is a classic one, and its device was kept out, got another key, or moved to WXP/2. */
    CLASSIC_CLOSED("classic is closed to the device", AlertCode.AUTH_FAILED, false),
    /** A person ended it. */
    ENDED_BY_OPERATOR("ended by an operator", AlertCode.POLICY, false),
    /** It, or its certificate, has come to its end (docs/protocol.md, section 12). */
    OVERDUE("its time is over", AlertCode.GOING_AWAY, true),
    /** The server stops. */
    SERVER_STOPS("the server stops", AlertCode.GOING_AWAY, true);

    private final String words;
    private final AlertCode alert;
    private final boolean answersFirst;

    Ending(String words, AlertCode alert, boolean answersFirst) {
        this.words = words;
        this.alert = alert;
        this.answersFirst = answersFirst;
    }

    /** In a few words, for people. */
    public String words() {
        return words;
    }

    /** What the device is told. */
    public AlertCode alert() {
        return alert;
    }

    /** Whether what the device has sent is answered before. */
    public boolean answersFirst() {
        return answersFirst;
    }

    /** Whether it is something that the device is to be refused for. */
    public boolean isRefusal() {
        return this == REVOKED || this == ISSUER_REVOKED || this == CLASSIC_CLOSED || this == ENDED_BY_OPERATOR;
    }
}
