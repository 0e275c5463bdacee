package dev.waxwing.server.audit;

/**
 * An entry with its place in the chain.
 *
 * @param entry what happened
 * @param previousHash the hash of the entry before it, in hex
 * @param hash its own, over the former and its columns
 */
public record ChainedEntry(AuditEntry entry, String previousHash, String hash) {}
