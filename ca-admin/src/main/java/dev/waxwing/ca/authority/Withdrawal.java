package dev.waxwing.ca.authority;

import java.time.Instant;

/**
 * That an issuing authority's own certificate is revoked, for good.
 *
 * @param at when, in whole seconds
 * @param reason why: the name of an RFC 5280 reason, e.g. {@code cACompromise}
 * @param by who wanted it
 */
public record Withdrawal(Instant at, String reason, String by) {}
