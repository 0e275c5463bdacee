package dev.waxwing.server.audit;

import dev.waxwing.ca.audit.AuditEvent.Change;
import dev.waxwing.ca.audit.AuditEvent.Run;
import dev.waxwing.ca.audit.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the audit trail.
 *
 * @param id its place in the chain, from 1 without gaps
 * @param version which columns its hash covers, see {@link EntryHash}
 * @param at when it was written
 * @param actor who: a user's name, {@code device:NAME}, {@code host} or {@code system}
 * @param action what, in dotted words
 * @param subject to what
 * @param outcome done or refused
 * @param reference 16 hex digits, as shown to whoever was refused
 * @param reason why it was refused, or what else there is to know
 * @param source from where: an address or {@code host}; null for what the server does by itself, and in entries of version 1
 * @param change the value before and after it
 * @param run of how many events it is the sum, if of more than one
 */
public record AuditEntry(
        long id,
        int version,
        Instant at,
        String actor,
        String action,
        String subject,
        Outcome outcome,
        String reference,
        @Nullable String reason,
        @Nullable String source,
        @Nullable Change change,
        @Nullable Run run) {}
