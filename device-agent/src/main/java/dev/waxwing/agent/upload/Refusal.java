package dev.waxwing.agent.upload;

import dev.waxwing.agent.connection.Refusals;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.RenewalRefused;
import dev.waxwing.wire.Incident;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why the server did not take something, in words for a person. */
record Refusal(RefusalReason reason, @Nullable String reference, Duration retryAfter) {

    static Refusal of(RefusalReason reason, Incident incident, Duration retryAfter) {
        return new Refusal(reason, Refusals.reference(incident), retryAfter);
    }

    /** Why the server makes no certificate, for a person. */
    static AgentFailure ofRenewal(RenewalRefused refused) {
        String words = switch (refused.reason()) {
            case BAD_SIGNATURE -> "the server does not accept the request for a certificate";
            case CONFLICT -> "the server has seen the key before; the next try makes another one";
            case TOO_MANY ->
                "this device got many certificates of late; it may ask again in %d s"
                        .formatted(refused.retryAfter().toSeconds());
            case POLICY -> "the server does not renew this certificate now";
            default -> "the server cannot make a certificate now";
        };
        return new AgentFailure(
                words,
                Refusals.reference(refused.incident()),
                "The present certificate goes on. The administrator finds the reason under the reference.",
                null);
    }

    String words() {
        return switch (reason) {
            case CONFLICT -> "the server holds something else under this number";
            case TOO_LARGE -> "it is larger than the server takes";
            case STORAGE_FULL -> "the server's storage is full";
            case MISMATCH -> "what arrived is not what was signed";
            case BAD_SIGNATURE -> "the server does not accept the signature";
            case BAD_MANIFEST -> "the server does not accept the manifest";
            case TOO_MANY -> "too many uploads are open";
            case UNKNOWN_UPLOAD -> "the upload is not open in this session";
            case POLICY -> "the operator does not allow it";
            case UNAVAILABLE -> "the server cannot take it now";
        };
    }
}
