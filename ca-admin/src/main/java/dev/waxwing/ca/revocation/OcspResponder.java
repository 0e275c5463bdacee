package dev.waxwing.ca.revocation;

import dev.waxwing.ca.authority.Authority;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.RevokedEntry;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.trust.Credential;
import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what stands with a certificate (RFC 6960), signed by a key that its issuer delegated for nothing else. An issuer whose own
 * certificate is revoked delegates nothing any more and signs itself: whoever looks at no more than the certificate in question is to
 * hear that it is revoked, and whoever looks at the whole chain has refused it before. An answer holds for
 * one hour; answers without a nonce are kept and given out again for half of that, unless the status has changed. What cannot be
 * kept (answers with a nonce, on several certificates, on unknown ones) costs a signature each time, so there are only so many of
 * them; beyond that a nonce is left out of the answer, which RFC 6960 section 4.4.1 allows, and who asks for the rest is told to try
 * later.
 *
 * <p>Any thread may call; the kept answers are guarded by a lock that is not held while an answer is signed.
 */
public final class OcspResponder {

    /** Longest request in bytes. */
    public static final int MAX_REQUEST = 16 * 1024;

    /** How long an answer holds. */
    public static final Duration LIFETIME = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(OcspResponder.class);
    private static final Duration REUSE = LIFETIME.dividedBy(2);
    private static final int MAX_CERTIFICATES = 16;
    private static final int MAX_NONCE = 128; // RFC 9654 section 2.1.
    private static final int MAX_KEPT = 10_000;

    private final CertificateAuthority authority;
    private final RoleCredentials credentials;
    private final Inventory inventory;
    private final Revocation revocation;
    private final Clock clock;
    private final DigestCalculatorProvider digests;
    private final Map<AuthorityId, X509CertificateHolder> issuers = new ConcurrentHashMap<>();
    private final SignatureBudget budget;
    private final ReentrantLock keptLock = new ReentrantLock();
    private final Map<CertificateID, Kept> kept = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<CertificateID, Kept> eldest) {
            return size() > MAX_KEPT;
        }
    };

    /** A responder for the certificates of all issuing authorities. */
    public OcspResponder(
            CertificateAuthority authority,
            RoleCredentials credentials,
            Inventory inventory,
            Revocation revocation,
            Clock clock) {
        this.authority = authority;
        this.credentials = credentials;
        this.inventory = inventory;
        this.revocation = revocation;
        this.clock = clock;
        this.budget = new SignatureBudget(clock);
        try {
            this.digests = new JcaDigestCalculatorProviderBuilder().build();
        } catch (OperatorCreationException e) {
            throw new IllegalStateException("every Java platform has SHA-1 and SHA-256", e);
        }
    }

    /**
     * Answers one DER request with a DER response; a request that is no request gets the error that RFC 6960 has for it. Never
     * throws on bad input.
     *
     * @param source the address of the one who asks
     */
    public byte[] respond(byte[] request, String source) {
        OCSPReq parsed = parse(request);
        if (parsed == null) {
            return error(OCSPRespBuilder.MALFORMED_REQUEST);
        }
        Extension nonce = parsed.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        if (nonce != null && !soundNonce(nonce)) {
            return error(OCSPRespBuilder.MALFORMED_REQUEST);
        }
        List<CertificateID> questions =
                Arrays.stream(parsed.getRequestList()).map(Req::getCertID).toList();
        try {
            return answer(questions, nonce, source);
        } catch (OCSPException | OperatorCreationException | IOException | RuntimeException e) {
            LOG.error("An OCSP answer could not be made", e);
            return error(OCSPRespBuilder.INTERNAL_ERROR);
        }
    }

    /**
     * An answer for one certificate of an issuing authority, to be sent along in a handshake; it names the certificate by SHA-1, as
     * all clients do, and holds for at least half an hour.
     *
     * @throws IllegalArgumentException when another authority issued the certificate
     */
    public byte[] staple(X509Certificate certificate) {
        X509CertificateHolder issuer = holder(authority.issuerOf(certificate));
        try {
            var id = new CertificateID(digests.get(CertificateID.HASH_SHA1), issuer, certificate.getSerialNumber());
            Optional<byte[]> answer = withoutNonce(id);
            return answer.isPresent() ? answer.get() : sign(List.of(id), null);
        } catch (OCSPException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("the OCSP answer could not be made", e);
        }
    }

    private static @Nullable OCSPReq parse(byte[] request) {
        if (request.length > MAX_REQUEST) {
            return null;
        }
        try {
            ASN1Primitive.fromByteArray(request); // Refuses trailing bytes.
            OCSPReq parsed = new OCSPReq(request);
            int count = parsed.getRequestList().length;
            return count >= 1 && count <= MAX_CERTIFICATES ? parsed : null;
        } catch (IOException | RuntimeException e) {
            return null; // Whatever the ASN.1 classes make of garbage, it is the sender's garbage.
        }
    }

    private static boolean soundNonce(Extension extension) {
        try {
            int length = ASN1OctetString.getInstance(extension.getParsedValue()).getOctets().length;
            return length >= 1 && length <= MAX_NONCE;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private byte[] answer(List<CertificateID> questions, @Nullable Extension nonce, String source)
            throws OCSPException, OperatorCreationException, IOException {
        CertificateID only = questions.size() == 1 ? questions.getFirst() : null;
        Optional<byte[]> plain = only == null || nonce != null ? Optional.empty() : withoutNonce(only);
        if (plain.isPresent()) {
            return plain.get();
        }
        if (budget.take(source)) {
            return sign(questions, nonce);
        }
        return only == null || nonce == null
                ? error(OCSPRespBuilder.TRY_LATER)
                : withoutNonce(only).orElseGet(() -> error(OCSPRespBuilder.TRY_LATER));
    }

    /** The answer on one certificate that can be kept: what is unknown may be issued in a moment, so on that there is none. */
    private Optional<byte[]> withoutNonce(CertificateID id)
            throws OCSPException, OperatorCreationException, IOException {
        Optional<RevokedEntry> revoked = revocationOf(id);
        Instant now = clock.instant();
        Kept found = lookUp(id);
        if (found != null
                && found.revoked().equals(revoked)
                && !now.isBefore(found.madeAt()) // The clock was set back: nobody believes an answer of the future.
                && now.isBefore(found.madeAt().plus(REUSE))) {
            return Optional.of(found.answer());
        }
        if (status(id) instanceof UnknownStatus) {
            return Optional.empty();
        }
        byte[] answer = sign(List.of(id), null);
        keep(id, new Kept(answer, revoked, now));
        return Optional.of(answer);
    }

    private Optional<RevokedEntry> revocationOf(CertificateID id) {
        return id.getSerialNumber().signum() > 0
                ? revocation.find(new SerialNumber(id.getSerialNumber()))
                : Optional.empty();
    }

    private @Nullable Kept lookUp(CertificateID id) {
        keptLock.lock();
        try {
            return kept.get(id);
        } finally {
            keptLock.unlock();
        }
    }

    private void keep(CertificateID id, Kept answer) {
        keptLock.lock();
        try {
            kept.put(id, answer);
        } finally {
            keptLock.unlock();
        }
    }

    /** One answer is signed for one issuer: questions about certificates of two have to be asked one by one. */
    private byte[] sign(List<CertificateID> questions, @Nullable Extension nonce)
            throws OCSPException, OperatorCreationException, IOException {
        List<AuthorityId> asked = questions.stream()
                .flatMap(question -> issuer(question).stream())
                .distinct()
                .toList();
        if (asked.size() > 1) {
            return error(OCSPRespBuilder.UNAUTHORIZED);
        }
        // Nobody asks about ours: then it is said by the current one that the certificate is unknown.
        AuthorityId speaker = asked.isEmpty() ? authority.issuing().id() : asked.getFirst();
        Speaker responder = speaker(speaker);
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var answer = new BasicOCSPRespBuilder(
                SubjectPublicKeyInfo.getInstance(responder.key().getEncoded()), digests.get(CertificateID.HASH_SHA1));
        for (CertificateID id : questions) {
            answer.addResponse(id, status(id), Date.from(now), Date.from(now.plus(LIFETIME)), null);
        }
        if (nonce != null) {
            answer.setResponseExtensions(new Extensions(nonce));
        }
        var basic = answer.build(
                responder.signer(), responder.enclosed().toArray(X509CertificateHolder[]::new), Date.from(now));
        return new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded();
    }

    /**
     * Who signs an answer.
     *
     * @param enclosed what proves that it may; nothing where the issuer itself signs
     */
    private record Speaker(PublicKey key, ContentSigner signer, List<X509CertificateHolder> enclosed) {}

    private Speaker speaker(AuthorityId id) throws OperatorCreationException {
        Optional<Authority> revoked =
                authority.issuer(id).filter(IssuingAuthority::isRevoked).map(IssuingAuthority::authority);
        if (revoked.isPresent()) {
            return new Speaker(
                    revoked.get().certificate().getPublicKey(), revoked.get().contentSigner(), List.of());
        }
        Credential responder = credentials
                .responder(id)
                .orElseThrow(() -> new IllegalStateException("issuer " + id + " has no responder"));
        return new Speaker(
                responder.certificate().getPublicKey(),
                new JcaContentSignerBuilder("SHA256withECDSA").build(responder.privateKey()),
                List.of(holder(responder.certificate())));
    }

    /** What the inventory says; null means good. */
    private @Nullable CertificateStatus status(CertificateID id) {
        Optional<AuthorityId> issuer = issuer(id);
        if (issuer.isEmpty() || id.getSerialNumber().signum() <= 0) {
            return new UnknownStatus();
        }
        Optional<CertificateEntry> entry = inventory
                .find(new SerialNumber(id.getSerialNumber()))
                .filter(found -> found.issuer().equals(issuer.get()));
        return entry.isPresent() ? status(entry.get()) : new UnknownStatus();
    }

    private static @Nullable CertificateStatus status(CertificateEntry entry) {
        Instant at = entry.revokedAt();
        RevocationReason reason = entry.revocationReason();
        if (at == null) {
            return CertificateStatus.GOOD;
        }
        return reason == null || reason == RevocationReason.UNSPECIFIED
                ? new RevokedStatus(Date.from(at))
                : new RevokedStatus(Date.from(at), reason.code());
    }

    /** Which of our issuing authorities a question is about; nothing when none, or one that has nothing to answer for any more. */
    private Optional<AuthorityId> issuer(CertificateID id) {
        ASN1Encodable parameters = id.toASN1Primitive().getHashAlgorithm().getParameters();
        if (parameters != null && !DERNull.INSTANCE.equals(parameters)) {
            return Optional
                    .empty(); // Hashes have none: otherwise there were endless spellings of one question, each to
            // be signed.
        }
        return authority.issuers().stream()
                .filter(issuer -> matches(id, holder(issuer.authority())))
                .filter(issuer ->
                        issuer.isRevoked() || credentials.responder(issuer.id()).isPresent())
                .map(IssuingAuthority::id)
                .findFirst();
    }

    private boolean matches(CertificateID id, X509CertificateHolder issuer) {
        try {
            return id.matchesIssuer(issuer, digests);
        } catch (OCSPException e) {
            return false; // A hash that we do not know.
        }
    }

    private X509CertificateHolder holder(Authority issuer) {
        return issuers.computeIfAbsent(issuer.id(), _ -> holder(issuer.certificate()));
    }

    private static X509CertificateHolder holder(X509Certificate certificate) {
        try {
            return new X509CertificateHolder(certificate.getEncoded());
        } catch (IOException | CertificateEncodingException e) {
            throw new IllegalStateException("a parsed certificate always has its encoding", e);
        }
    }

    private static byte[] error(int status) {
        try {
            OCSPResp response = new OCSPRespBuilder().build(status, null);
            return response.getEncoded();
        } catch (OCSPException | IOException e) {
            throw new IllegalStateException("an OCSP error is five bytes", e);
        }
    }

    /** An answer that was signed before; the array is not to be written to. */
    private static final class Kept {

        private final byte[] answer;
        private final Optional<RevokedEntry> revoked;
        private final Instant madeAt;

        Kept(byte[] answer, Optional<RevokedEntry> revoked, Instant madeAt) {
            this.answer = answer;
            this.revoked = revoked;
            this.madeAt = madeAt;
        }

        byte[] answer() {
            return answer.clone();
        }

        Optional<RevokedEntry> revoked() {
            return revoked;
        }

        Instant madeAt() {
            return madeAt;
        }
    }
}
