package dev.waxwing.ca.issuance;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.Authority;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Intent;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.operator.ContentSigner;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The only way to a signed certificate: an order is checked and written down (prepare, lint), its intent is stored, and the
 * permission that comes of it is used once (sign). A process killed in between leaves an intent that is no certificate to anybody.
 *
 * <p>Any thread may call; there is no state besides the database.
 */
public final class Issuance {

    /** An authority that ends sooner than this issues nothing any more. */
    private static final Duration LAST_ISSUANCE = Duration.ofHours(1);

    /** How long signing may take at the very most; older intents are those of a process that died. */
    private static final Duration STALE = Duration.ofMinutes(10);

    private final CertificateAuthority authority;
    private final Inventory inventory;
    private final FormerDevices formerDevices;
    private final CertifiedDevices devices;
    private final AuditTrail audit;
    private final TransactionTemplate transactions;
    private final Clock clock;
    private final CertificateTemplate template;

    /** Issuance by this authority into this inventory. */
    public Issuance(
            CertificateAuthority authority,
            Inventory inventory,
            FormerDevices formerDevices,
            CertifiedDevices devices,
            AuditTrail audit,
            PkiProperties properties,
            TransactionTemplate transactions,
            Clock clock,
            SecureRandom random) {
        this.authority = authority;
        this.inventory = inventory;
        this.formerDevices = formerDevices;
        this.devices = devices;
        this.audit = audit;
        this.transactions = transactions;
        this.clock = clock;
        this.template = new CertificateTemplate(properties, random);
    }

    /** Prepares and signs in one go; refusals are audited as {@code certificate.refused}. */
    public IssuanceResult issue(CertificateOrder order) {
        return switch (prepare(order)) {
            case Preparation.Prepared(var prepared) ->
                new IssuanceResult.Issued(sign(prepared)
                        .orElseThrow(() -> new IllegalStateException(prepared.serialNumber()
                                + " was abandoned: signing took more than " + STALE + ", or its issuer was revoked")));
            case Preparation.Refused(var fault) ->
                refuse(order.issuedBy(), order.name().value(), fault);
        };
    }

    /** Audits that {@code actor} was refused a certificate for {@code name}. */
    public IssuanceResult.Refused refuse(String actor, String name, RequestFault fault) {
        AuditEvent event = AuditEvent.refused(actor, "certificate.refused", name, fault.code());
        audit.record(event);
        return new IssuanceResult.Refused(fault, event.reference());
    }

    /**
     * Checks an order, writes the certificate down and stores the intent.
     *
     * @throws IllegalStateException inside a transaction, where the intent could vanish again after the signature
     */
    public Preparation prepare(CertificateOrder order) {
        refuseTransaction();
        Authority issuing = order.issuer().orElseGet(authority::issuing);
        Optional<RequestFault> fault = fault(order, issuing);
        if (fault.isPresent()) {
            return new Preparation.Refused(fault.get());
        }
        TBSCertificate content = template.fill(order, issuing, clock.instant());
        Lint.check(content, order, issuing);
        PreparedCertificate prepared = new PreparedCertificate(content, order, issuing);
        inventory.recordIntent(new Intent(
                prepared.serialNumber(),
                issuing.id(),
                content.getSubject().toString(),
                order.name().value(),
                order.profile().role(),
                order.profile().name(),
                content.getStartDate().getDate().toInstant(),
                content.getEndDate().getDate().toInstant(),
                Certificates.spkiSha256(order.publicKey()),
                order.issuedBy()));
        return new Preparation.Prepared(prepared);
    }

    private Optional<RequestFault> fault(CertificateOrder order, Authority issuing) {
        if (!order.isReplacing() && formerDevices.has(order.name().value())) {
            return Optional.of(RequestFault.NAME_OF_REMOVED);
        }
        if (order.profile().role() == CertificateRole.DEVICE
                && inventory.isNameOfServer(order.name().value())) {
            return Optional.of(RequestFault.NAME_OF_SERVER);
        }
        Duration validity = order.validity();
        if (!validity.isPositive() || validity.compareTo(order.profile().validity()) > 0) {
            return Optional.of(RequestFault.VALIDITY);
        }
        Instant end = issuing.certificate().getNotAfter().toInstant();
        if (clock.instant().plus(LAST_ISSUANCE).isAfter(end)) {
            return Optional.of(RequestFault.AUTHORITY_ENDS);
        }
        return order.profile().takes(order.publicKey()) ? usedBefore(order) : Optional.of(RequestFault.KEY_KIND);
    }

    private Optional<RequestFault> usedBefore(CertificateOrder order) {
        List<CertificateEntry> before = inventory.ofKey(Certificates.spkiSha256(order.publicKey()));
        if (isAuthoritys(order.publicKey()) || before.stream().anyMatch(entry -> isForeign(entry, order))) {
            return Optional.of(RequestFault.KEY_TAKEN);
        }
        return before.stream().anyMatch(CertificateEntry::held) ? Optional.of(RequestFault.KEY_HELD) : Optional.empty();
    }

    private boolean isAuthoritys(PublicKey key) {
        return key.equals(authority.rootCertificate().getPublicKey())
                || authority.issuers().stream()
                        .anyMatch(issuer -> key.equals(issuer.certificate().getPublicKey()));
    }

    private static boolean isForeign(CertificateEntry entry, CertificateOrder order) {
        CertificateRole role = order.profile().role();
        return !entry.name().equals(order.name().value())
                || entry.role() != role
                || entry.revocationReason() == RevocationReason.KEY_COMPROMISE;
    }

    /**
     * Signs what was prepared, stores the certificate and audits it as {@code certificate.issued}.
     *
     * @return nothing when the intent was abandoned in the meantime, or the issuer revoked
     * @throws IllegalStateException when {@code prepared} was used before, or inside a transaction
     */
    public Optional<IssuedCertificate> sign(PreparedCertificate prepared) {
        refuseTransaction();
        Authority issuer = prepared.issuer();
        IssuedCertificate issued = new IssuedCertificate(signed(prepared.redeem(), issuer), issuer.certificate());
        Boolean stored = transactions.execute(transaction -> {
            boolean done = store(issued, prepared.order());
            if (!done) {
                transaction.setRollbackOnly();
            }
            return done;
        });
        return Boolean.TRUE.equals(stored) ? Optional.of(issued) : Optional.empty();
    }

    private static X509Certificate signed(TBSCertificate content, Authority issuer) {
        ContentSigner signer = issuer.contentSigner();
        try (OutputStream out = signer.getOutputStream()) {
            out.write(content.getEncoded());
            ASN1EncodableVector parts = new ASN1EncodableVector();
            parts.add(content);
            parts.add(signer.getAlgorithmIdentifier());
            parts.add(new DERBitString(signer.getSignature()));
            X509Certificate certificate = Certificates.parse(new DERSequence(parts).getEncoded());
            certificate.verify(issuer.certificate().getPublicKey());
            return certificate;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("the authority's signature could not be made", e);
        }
    }

    private boolean store(IssuedCertificate issued, CertificateOrder order) {
        byte[] der;
        try {
            der = issued.certificate().getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a parsed certificate always has its encoding", e);
        }
        // The device comes before the certificate: whoever removes a device locks them in that order.
        if (order.profile().role() == CertificateRole.DEVICE) {
            devices.certified(order.name().value(), issued.serialNumber());
        }
        // Asked last: once an authority is revoked, it is looked for what it has issued up to then.
        if (!inventory.complete(issued.serialNumber(), der) || authority.hasRevoked(issued.issuer())) {
            return false;
        }
        audit.record(AuditEvent.success(
                order.issuedBy(),
                "certificate.issued",
                issued.serialNumber().toString(),
                order.name() + ", profile " + order.profile().name()
                        + (order.keyMadeHere() ? ", key made by the server" : "")));
        return true;
    }

    /**
     * Gives up what was prepared, so that it can never become a certificate.
     *
     * @return false when it has become one, or was given up before
     */
    public boolean abandon(SerialNumber serialNumber) {
        return inventory.abandon(serialNumber);
    }

    /** Gives up what was being signed when some process died. */
    public int abandonStale() {
        return inventory.abandonOlderThan(STALE);
    }

    private static void refuseTransaction() {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("issuance stores its steps one by one and cannot be part of a transaction");
        }
    }
}
