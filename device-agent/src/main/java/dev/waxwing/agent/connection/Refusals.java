package dev.waxwing.agent.connection;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Alert;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the server's alerts mean to the person at the device. */
public final class Refusals {

    private static final String CHECK_CLOCK = "Check this device's clock and certificate with 'doctor'. ";

    private Refusals() {}

    /**
     * The exception for an alert after which trying again makes sense.
     *
     * @throws AgentFailure if trying again makes none
     */
    public static UnreachableException temporary(@Nullable ServerAddress address, PeerAlertException refused)
            throws AgentFailure {
        Alert alert = refused.alert();
        String who = address == null ? "the server" : "the server at " + address;
        String reference = reference(alert.incident());
        return switch (alert.code()) {
            case BUSY -> new UnreachableException(who + " is busy", alert.retryAfter(), reference);
            case GOING_AWAY -> new UnreachableException(who + " is stopping", alert.retryAfter(), reference);
            case INTERNAL -> new UnreachableException(who + " failed", alert.retryAfter(), reference);
            case AUTH_FAILED ->
                throw new AgentFailure(
                        who + " refused this device",
                        reference,
                        CHECK_CLOCK + "The administrator finds the reason under the reference.",
                        refused);
            case POLICY ->
                throw new AgentFailure(
                        who + " does not let this device in",
                        reference,
                        "The administrator finds the reason under the reference.",
                        refused);
            case UNSUPPORTED ->
                throw new AgentFailure(
                        who + " and this agent have no protocol version or cipher in common",
                        reference,
                        "Update the agent or the server.",
                        refused);
            case PROTOCOL_ERROR ->
                throw new AgentFailure(
                        who + " found a fault in what this agent sent",
                        reference,
                        "Update the agent; if it is current, report this with the reference.",
                        refused);
        };
    }

    /** Whether a failure is the server's word that it does not know or does not want who came. */
    public static boolean isAboutIdentity(AgentFailure failure) {
        return failure.getCause() instanceof PeerAlertException refused
                && refused.alert().code() == AlertCode.AUTH_FAILED;
    }

    /**
     * The failure for a server that answered but could not be believed.
     *
     * @param now by this device's clock
     */
    static AgentFailure unbelieved(String where, ProtocolException broken, Instant now) {
        if (broken.getCause() instanceof UntrustedException untrusted
                && untrusted.reason().isAboutTime()) {
            return outOfTime(where, untrusted, now);
        }
        if (broken.getCause() instanceof UntrustedException untrusted
                && untrusted.reason() == UntrustedException.Reason.ISSUER_REVOKED) {
            return new AgentFailure(
                    "what answered is vouched for by an authority that is revoked, so it may be a thief of its key (%s)"
                            .formatted(where),
                    null,
                    "Tell the administrator; what was queued stays queued.",
                    broken);
        }
        return new AgentFailure(
                "what answered is not the server of this device, or somebody interferes (%s)".formatted(where),
                null,
                CHECK_CLOCK + "If both are in order, ask the administrator whether the server changed.",
                broken);
    }

    private static AgentFailure outOfTime(String where, UntrustedException untrusted, Instant now) {
        Optional<Instant> other = untrusted.claimedTime().filter(claimed -> Clocks.disagree(now, claimed));
        if (other.isPresent()) {
            return new AgentFailure(
                    "%s: set the clock (%s)".formatted(Clocks.compared(now, other.get()), where),
                    null,
                    "The server's time is a hint, not proof, as long as the server is not believed: compare this"
                            + " device's clock with another one before you set it.",
                    untrusted);
        }
        if (untrusted.reason() == UntrustedException.Reason.STAPLE_BELOW_FLOOR) {
            return new AgentFailure(
                    "this device's clock, which says %s, was set back, and what answered shows an old proof (%s)"
                            .formatted(Clocks.shown(now), where),
                    null,
                    "Set this device's clock. If it is right, ask the administrator for an invite and enrol anew with"
                            + " --replace.",
                    untrusted);
        }
        return new AgentFailure(
                "the server's certificate, or the proof that it is not revoked, is out of date (%s)".formatted(where),
                null,
                "This device's clock, which says %s, agrees with the server's. Tell the administrator."
                        .formatted(Clocks.shown(now)),
                untrusted);
    }

    /** The reference as people give it to the administrator; null if there is none. */
    public static @Nullable String reference(Incident incident) {
        return incident.equals(Incident.NONE) ? null : incident.toString();
    }
}
