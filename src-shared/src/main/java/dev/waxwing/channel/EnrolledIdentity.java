package dev.waxwing.channel;

import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.TrustedRoot;

/**
 * What a device holds after its enrolment.
 *
 * @param name the invite's name, which is the certificate's
 * @param credential the new key and its chain, without the root
 * @param root the root that the invite pinned
 */
public record EnrolledIdentity(PeerName name, Credential credential, TrustedRoot root) {}
