package dev.waxwing.agent.identity;

import dev.waxwing.trust.Credential;

/** An identity and its key. */
public record UnlockedIdentity(Identity identity, Credential credential) {}
