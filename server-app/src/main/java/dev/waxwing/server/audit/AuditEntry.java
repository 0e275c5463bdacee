package dev.waxwing.server.audit;

import dev.waxwing.ca.audit.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the audit trail.
 *
 * @param id its place in the chain, from 1 without gaps
 * @param at when
 * @param actor who: a user's name, {@code device:NAME}, or {@code system}
 * @param action what, in dotted words
 * @param subject to what
 * @param outcome done or refused
 * @param reference 16 hex digits, as shown to whoever was refused
 * @param reason why it was refused, or what else there is to know
 */
public record AuditEntry(
        long id,
        Instant at,
        String actor,
        String action,
        String subject,
        Outcome outcome,
        String reference,
        @Nullable String reason) {}
