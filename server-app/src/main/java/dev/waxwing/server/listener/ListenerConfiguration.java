package dev.waxwing.server.listener;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.enrollment.Enrollment;
import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.OcspResponder;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.channel.CryptoPermits;
import dev.waxwing.channel.ServerEndpoint;
import dev.waxwing.channel.ServerPolicy;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.server.admission.AdmissionProperties;
import dev.waxwing.server.admission.Gate;
import dev.waxwing.server.ingest.Ingest;
import dev.waxwing.trust.AuthoritySignatures;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.UntrustedException;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The channel's server end, joined to the authority and to the register of sessions. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ListenerProperties.class, AdmissionProperties.class, ChannelProperties.class})
class ListenerConfiguration {

    @Bean
    CryptoProvider cryptoProvider(ChannelProperties channel) {
        return channel.provider();
    }

    /** Verifies devices when they come, and again while they are there. */
    @Bean
    PeerVerifier deviceVerifier(
            CertificateAuthority authority,
            Inventory inventory,
            Revocation revocation,
            Clock clock,
            CryptoProvider crypto)
            throws UntrustedException {
        return new PeerVerifier(
                TrustedRoot.of(authority.rootCertificate()),
                Role.DEVICE,
                new InventoryStatus(authority, inventory, revocation),
                clock,
                new AuthoritySignatures(crypto));
    }

    /** For all handshakes, whatever protocol they speak. */
    @Bean
    CryptoPermits cryptoPermits(ListenerProperties properties) {
        return properties.cryptoPermits() == 0
                ? CryptoPermits.forThisMachine()
                : new CryptoPermits(properties.cryptoPermits());
    }

    @Bean
    Gate gate(AdmissionProperties properties, SecureRandom random) {
        return new Gate(properties, random, System::nanoTime);
    }

    @Bean
    ServerEndpoint serverEndpoint(
            ListenerProperties properties,
            ChannelProperties channel,
            CryptoProvider crypto,
            SecureRandom random,
            Clock clock,
            CertificateAuthority authority,
            RoleCredentials credentials,
            OcspResponder responder,
            Ingest ingest,
            PeerVerifier devices,
            Admission admission,
            Enrollment enrollment,
            Readmissions readmissions,
            CryptoPermits permits) {
        return new ServerEndpoint(
                new ServerPolicy(
                        channel.suites(),
                        channel.terms(),
                        properties.deadlines().limits()),
                crypto,
                random,
                clock,
                new ChannelIdentity(authority, credentials, responder, ingest::rootList),
                devices,
                admission,
                new InviteDesk(enrollment, readmissions),
                permits);
    }
}
