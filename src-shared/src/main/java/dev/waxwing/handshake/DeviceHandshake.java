package dev.waxwing.handshake;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.HybridKeyExchange;
import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.Action.TakeIdentity;
import dev.waxwing.handshake.DevicePurpose.Enrolment;
import dev.waxwing.handshake.DevicePurpose.Normal;
import dev.waxwing.handshake.DeviceState.Connected;
import dev.waxwing.handshake.DeviceState.Enrolled;
import dev.waxwing.handshake.DeviceState.ExpectCertificate;
import dev.waxwing.handshake.DeviceState.ExpectCertificateRequest;
import dev.waxwing.handshake.DeviceState.ExpectCertificateVerify;
import dev.waxwing.handshake.DeviceState.ExpectEncryptedExtensions;
import dev.waxwing.handshake.DeviceState.ExpectEnrolResponse;
import dev.waxwing.handshake.DeviceState.ExpectEnrolmentCertificate;
import dev.waxwing.handshake.DeviceState.ExpectEnrolmentCertificateVerify;
import dev.waxwing.handshake.DeviceState.ExpectEnrolmentFinished;
import dev.waxwing.handshake.DeviceState.ExpectFinished;
import dev.waxwing.handshake.DeviceState.ExpectServerHello;
import dev.waxwing.handshake.DeviceState.ExpectSessionAccept;
import dev.waxwing.handshake.DeviceState.Fresh;
import dev.waxwing.handshake.DeviceState.Pinned;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.handshake.Rekeying.Side;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * The device's side of the handshake: records in, actions out (protocol sections 5 to 9). It does no I/O and starts no
 * thread. Owned by one thread; after an exception it is of no more use but to be closed.
 */
public final class DeviceHandshake implements AutoCloseable {

    private static final List<Integer> SCHEMES =
            Stream.of(SignatureScheme.values()).map(SignatureScheme::code).toList();

    private final CryptoProvider crypto;
    private final SecureRandom random;
    private final List<Suite> suites;
    private final DevicePurpose purpose;
    private final Transcript transcript = new Transcript();
    private final Incoming.Splitter splitter = new Incoming.Splitter();
    private DeviceState state = new Fresh();
    private Bytes shownRootList = Bytes.EMPTY;

    /** @param suites offered, in order of preference */
    public DeviceHandshake(CryptoProvider crypto, SecureRandom random, List<Suite> suites, DevicePurpose purpose) {
        this.crypto = crypto;
        this.random = random;
        this.suites = List.copyOf(suites);
        this.purpose = purpose;
    }

    /** Says hello; to be called once, first. */
    public List<Action> start() {
        if (!(state instanceof Fresh)) {
            throw new IllegalStateException("started already");
        }
        byte[] fresh = new byte[Fields.RANDOM];
        random.nextBytes(fresh);
        DeviceKeys ephemeral = DeviceKeys.generate(crypto, random);
        Mode mode = switch (purpose) {
            case Normal _ -> Mode.NORMAL;
            case Enrolment _ -> Mode.ENROLMENT;
        };
        ClientHello hello = new ClientHello(
                Bytes.of(fresh),
                mode.code(),
                List.of(ClientHello.VERSION),
                suites.stream().map(Suite::code).toList(),
                HybridKeyExchange.GROUP,
                ephemeral.share(),
                SCHEMES,
                Fields.MAX_CONTENT,
                List.of());
        Bytes encoded = hello.encode();
        transcript.add(encoded);
        state = new ExpectServerHello(ephemeral);
        return List.of(new Send(encoded));
    }

    /** Takes the content of one handshake record. */
    public List<Action> receive(ByteBuffer content) throws ProtocolException {
        List<Action> actions = new ArrayList<>();
        splitter.split(content, incoming -> actions.addAll(step(incoming)));
        return actions;
    }

    /** Wipes every secret that was not handed out. */
    @Override
    public void close() {
        state.close();
    }

    private List<Action> step(Incoming incoming) throws ProtocolException {
        Bytes hash = state instanceof ExpectServerHello ? Bytes.EMPTY : transcript.hash();
        transcript.add(incoming.encoded());
        List<Action> actions = new ArrayList<>();
        state = switch (new Step(state, incoming.message())) {
            case Step(ExpectServerHello s, ServerHello hello) -> exchangeKeys(s, hello, actions);
            case Step(ExpectEncryptedExtensions s, EncryptedExtensions server) -> branch(s, server);
            case Step(ExpectCertificateRequest s, CertificateRequest request) -> consider(s, request);
            case Step(ExpectCertificate s, Certificate certificate) -> believe(s, certificate);
            case Step(ExpectCertificateVerify s, CertificateVerify verify) -> authenticate(s, verify, hash);
            case Step(ExpectFinished s, Finished finished) -> finish(s, finished, hash, actions);
            case Step(ExpectSessionAccept s, SessionAccept accept) -> connect(s, accept, actions);
            case Step(ExpectEnrolmentCertificate s, Certificate certificate) -> believe(s, certificate);
            case Step(ExpectEnrolmentCertificateVerify s, CertificateVerify verify) -> authenticate(s, verify, hash);
            case Step(ExpectEnrolmentFinished s, Finished finished) -> finish(s, finished, hash, actions);
            case Step(ExpectEnrolResponse s, EnrolResponse response) -> take(s, response, actions);
            case Step(var s, var m) -> throw unexpected(s, m);
        };
        return actions;
    }

    private DeviceState exchangeKeys(ExpectServerHello s, ServerHello hello, List<Action> actions)
            throws ProtocolException {
        Suite suite = Suite.of(hello.suite())
                .filter(suites::contains)
                .orElseThrow(() -> ProtocolException.malformed("suite " + hello.suite() + " was not offered"));
        if (hello.version() != ClientHello.VERSION || hello.group() != HybridKeyExchange.GROUP) {
            throw ProtocolException.malformed(
                    "version " + hello.version() + " or group " + hello.group() + " was not offered");
        }
        Extension.refuseAny(hello.extensions());
        transcript.begin(suite);
        HandshakeKeys keys = HandshakeKeys.derive(suite, s.ephemeral().agree(hello.keyShare()), transcript.hash());
        s.close();
        actions.add(new ChangeSendingKeys(1, SessionId.NONE, keys.client().keys()));
        actions.add(new ChangeReceivingKeys(1, SessionId.NONE, keys.server().keys(), false));
        return new ExpectEncryptedExtensions(keys);
    }

    private DeviceState branch(ExpectEncryptedExtensions s, EncryptedExtensions server) {
        return switch (purpose) {
            case Normal normal -> new ExpectCertificateRequest(s.keys(), server, normal);
            case Enrolment enrolment -> new ExpectEnrolmentCertificate(s.keys(), server, enrolment);
        };
    }

    private static DeviceState consider(ExpectCertificateRequest s, CertificateRequest request)
            throws ProtocolException {
        Normal purpose = s.purpose();
        if (Collections.disjoint(
                request.authorities(), purpose.servers().roots().spkiSha256())) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, "the server takes no certificate of our roots");
        }
        return new ExpectCertificate(s.keys(), s.server(), purpose, request.signatureSchemes());
    }

    private DeviceState believe(ExpectCertificate s, Certificate certificate) throws ProtocolException {
        shownRootList = certificate.rootList();
        hear(shownRootList, s.purpose().servers()::hear);
        try {
            List<X509Certificate> chain = Certificates.parseAll(certificate.chain());
            VerifiedPeer peer = s.purpose().servers().verify(chain, certificate.status());
            return new ExpectCertificateVerify(s.keys(), s.server(), s.purpose(), s.schemes(), peer);
        } catch (UntrustedException e) {
            throw PeerClaim.distrust(e.claiming(s.server().serverTime()));
        }
    }

    private static DeviceState believe(ExpectEnrolmentCertificate s, Certificate certificate) throws ProtocolException {
        Enrolment purpose = s.purpose();
        Bytes rootList = certificate.rootList();
        try {
            List<X509Certificate> chain = Certificates.parseAll(certificate.chain());
            TrustedRoot root = pinnedRoot(chain, purpose.rootPin());
            Pinned pinned = new Pinned(root, purpose.memory().apply(root));
            hear(rootList, pinned.revoked()::hear);
            VerifiedPeer peer = purpose.verifier(root, pinned.revoked(), Role.SERVER, new StapledStatus())
                    .verify(chain.subList(0, chain.size() - 1), certificate.status());
            return new ExpectEnrolmentCertificateVerify(s.keys(), purpose, pinned, peer);
        } catch (UntrustedException e) {
            throw PeerClaim.distrust(e.claiming(s.server().serverTime()));
        }
    }

    /**
     * Whoever shows the list, its root has signed it. It is heard before the server's chain is looked at, so that it counts for this
     * very server, and also where the server is not believed or does not let the device in (protocol section 7.3).
     */
    private static void hear(Bytes rootList, Ear ear) throws ProtocolException {
        if (rootList.isEmpty()) {
            return;
        }
        try {
            ear.hear(rootList);
        } catch (UntrustedException e) {
            throw ProtocolException.malformed("the root's revocation list: " + e.getMessage());
        }
    }

    /** What learns from a root's list. */
    private interface Ear {
        void hear(Bytes rootList) throws UntrustedException;
    }

    private static TrustedRoot pinnedRoot(List<X509Certificate> chain, Bytes pin)
            throws ProtocolException, UntrustedException {
        X509Certificate last = chain.getLast();
        if (!Certificates.spkiSha256(last).equals(pin)) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, "the chain does not end in the root that was pinned");
        }
        return TrustedRoot.of(last);
    }

    private DeviceState authenticate(ExpectCertificateVerify s, CertificateVerify verify, Bytes hash)
            throws ProtocolException {
        requireSignature(s.peer(), verify, SignedContent.SERVER.over(hash));
        return new ExpectFinished(s.keys(), s.server(), s.purpose(), s.schemes(), s.peer());
    }

    private DeviceState authenticate(ExpectEnrolmentCertificateVerify s, CertificateVerify verify, Bytes hash)
            throws ProtocolException {
        requireSignature(s.peer(), verify, SignedContent.SERVER_ENROLMENT.over(hash));
        return new ExpectEnrolmentFinished(s.keys(), s.purpose(), s.pinned());
    }

    private void requireSignature(VerifiedPeer server, CertificateVerify verify, Bytes content)
            throws ProtocolException {
        if (!PeerClaim.agrees(server.certificate(), verify, content, SCHEMES, crypto)) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, "the server's CertificateVerify does not agree");
        }
    }

    private DeviceState finish(ExpectFinished s, Finished finished, Bytes hash, List<Action> actions)
            throws ProtocolException {
        requireFinished(s.keys(), finished, hash);
        List<Bytes> flight = new ArrayList<>();
        Credential credential = s.purpose().credential();
        List<Bytes> chain =
                credential.chain().stream().map(Certificates::encode).toList();
        add(flight, new Certificate(chain, Bytes.EMPTY, List.of()));
        add(flight, sign(credential, s.schemes()));
        add(flight, ownFinished(s.keys()));
        SessionId session = s.keys().main().sessionId(transcript.hash());
        ApplicationSecrets application = send(flight, s.keys(), session, actions);
        return new ExpectSessionAccept(s.keys(), s.server(), s.purpose(), s.peer(), session, application);
    }

    private DeviceState finish(ExpectEnrolmentFinished s, Finished finished, Bytes hash, List<Action> actions)
            throws ProtocolException {
        requireFinished(s.keys(), finished, hash);
        List<Bytes> flight = new ArrayList<>();
        add(flight, ownFinished(s.keys()));
        SessionId session = s.keys().main().sessionId(transcript.hash());
        send(flight, s.keys(), session, actions).close();
        EnrolmentRequest request = s.purpose().requests().create(session);
        actions.add(new Send(new EnrolRequest(s.purpose().token(), request.pkcs10()).encode()));
        return new ExpectEnrolResponse(s.keys(), s.purpose(), s.pinned(), request.keys());
    }

    private static void requireFinished(HandshakeKeys keys, Finished finished, Bytes hash) throws ProtocolException {
        if (!keys.server().verifyData(hash).constantTimeEquals(finished.verifyData())) {
            throw ProtocolException.malformed("the server's Finished does not agree");
        }
    }

    private CertificateVerify sign(Credential credential, List<Integer> listed) throws ProtocolException {
        SignatureScheme scheme = SignatureScheme.choose(credential.certificate().getPublicKey(), listed)
                .orElseThrow(() -> new ProtocolException(
                        AlertCode.AUTH_FAILED, "the server takes no signature by our kind of key"));
        Bytes content = SignedContent.DEVICE.over(transcript.hash());
        try {
            return new CertificateVerify(scheme.code(), crypto.sign(scheme, credential.privateKey(), content));
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("the device's key does not fit its certificate", e);
        }
    }

    private Finished ownFinished(HandshakeKeys keys) {
        return new Finished(keys.client().verifyData(transcript.hash()));
    }

    private void add(List<Bytes> flight, HandshakeMessage message) {
        Bytes encoded = message.encode();
        transcript.add(encoded);
        flight.add(encoded);
    }

    /** Sends the flight that ends in Finished, and changes both directions to the application keys. */
    private ApplicationSecrets send(List<Bytes> flight, HandshakeKeys keys, SessionId session, List<Action> actions) {
        ApplicationSecrets application = ApplicationSecrets.derive(keys.main(), transcript.hash());
        actions.add(new Send(Bytes.concat(flight.toArray(Bytes[]::new))));
        actions.add(new ChangeSendingKeys(2, session, application.client().keys()));
        actions.add(new ChangeReceivingKeys(2, session, application.server().keys(), true));
        return application;
    }

    private DeviceState connect(ExpectSessionAccept s, SessionAccept accept, List<Action> actions) {
        s.keys().close();
        EncryptedExtensions server = s.server();
        Credential credential = s.purpose().credential();
        Session session = new Session(
                s.session(),
                s.keys().suite(),
                s.peer(),
                new SessionTerms(server.session(), server.idle(), server.rekey()),
                accept.grant(),
                shownRootList,
                server.maxContent(),
                credential.certificate().getNotAfter().toInstant(),
                accept.serverTime());
        Rekeying.Parties parties = new Rekeying.Parties(
                Side.DEVICE,
                credential,
                () -> Bytes.EMPTY,
                s.peer(),
                s.purpose().servers());
        actions.add(new Connect(
                session, new Rekeying(crypto, random, session.suite(), session.id(), parties, s.application())));
        return new Connected();
    }

    private static DeviceState take(ExpectEnrolResponse s, EnrolResponse response, List<Action> actions)
            throws ProtocolException {
        s.close();
        try {
            List<X509Certificate> chain = Certificates.parseAll(response.chain());
            pinnedRoot(chain, s.purpose().rootPin());
            List<X509Certificate> own = chain.subList(0, chain.size() - 1);
            VerifiedPeer self = s.purpose()
                    .verifier(s.pinned().root(), s.pinned().revoked(), Role.DEVICE, (leaf, issuer, staple, now) -> {})
                    .verify(own, Bytes.EMPTY);
            requireOwn(self, s);
            actions.add(new TakeIdentity(
                    new Credential(s.own().getPrivate(), own), s.pinned().root()));
            return new Enrolled();
        } catch (UntrustedException e) {
            throw PeerClaim.distrust(e);
        }
    }

    private static void requireOwn(VerifiedPeer self, ExpectEnrolResponse s) throws ProtocolException {
        if (!self.name().equals(s.purpose().name())) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, "the certificate names " + self.name());
        }
        if (!Bytes.of(self.certificate().getPublicKey().getEncoded())
                .equals(Bytes.of(s.own().getPublic().getEncoded()))) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, "the certificate is for another key");
        }
    }

    private static ProtocolException unexpected(DeviceState state, HandshakeMessage message) {
        return ProtocolException.malformed(message.getClass().getSimpleName() + " in state "
                + state.getClass().getSimpleName());
    }

    private record Step(DeviceState state, HandshakeMessage message) {}
}
