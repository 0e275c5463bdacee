package dev.waxwing.handshake;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.HybridKeyExchange;
import dev.waxwing.crypto.HybridKeyExchange.ServerAnswer;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Action.AskAdmission;
import dev.waxwing.handshake.Action.AskDesk;
import dev.waxwing.handshake.Action.AwaitClose;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.Rekeying.Side;
import dev.waxwing.handshake.ServerState.AwaitAdmission;
import dev.waxwing.handshake.ServerState.AwaitDesk;
import dev.waxwing.handshake.ServerState.Connected;
import dev.waxwing.handshake.ServerState.Enrolled;
import dev.waxwing.handshake.ServerState.ExpectCertificate;
import dev.waxwing.handshake.ServerState.ExpectCertificateVerify;
import dev.waxwing.handshake.ServerState.ExpectClientHello;
import dev.waxwing.handshake.ServerState.ExpectEnrolRequest;
import dev.waxwing.handshake.ServerState.ExpectEnrolmentFinished;
import dev.waxwing.handshake.ServerState.ExpectFinished;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.SessionId;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of the handshake: records in, actions out (protocol sections 5 to 9). It does no I/O and starts no
 * thread. Owned by one thread; after an exception it is of no more use but to be closed.
 */
public final class ServerHandshake implements AutoCloseable {

    private static final List<Integer> SCHEMES =
            Stream.of(SignatureScheme.values()).map(SignatureScheme::code).toList();

    private final CryptoProvider crypto;
    private final SecureRandom random;
    private final Clock clock;
    private final List<Suite> suites;
    private final SessionTerms terms;
    private final ServerProof proof;
    private final PeerVerifier devices;
    private final Transcript transcript = new Transcript();
    private final Incoming.Splitter splitter = new Incoming.Splitter();
    private ServerState state = new ExpectClientHello();
    private @Nullable X509Certificate presented;
    private Bytes shownRootList = Bytes.EMPTY;

    /**
     * What the server shows of itself.
     *
     * @param credential key and chain, without the root
     * @param status gives a current DER OCSP response about the certificate, for the handshake and for each ratchet
     * @param root added to the chain in enrolment
     * @param rootList gives the root's newest revocation list, DER, at most 16,384 bytes; empty to show none
     */
    public record ServerProof(
            Credential credential, Supplier<Bytes> status, X509Certificate root, Supplier<Bytes> rootList) {

        /** Of a server that shows no list of its root. */
        public ServerProof(Credential credential, Supplier<Bytes> status, X509Certificate root) {
            this(credential, status, root, () -> Bytes.EMPTY);
        }
    }

    public ServerHandshake(
            CryptoProvider crypto,
            SecureRandom random,
            Clock clock,
            List<Suite> suites,
            SessionTerms terms,
            ServerProof proof,
            PeerVerifier devices) {
        this.crypto = crypto;
        this.random = random;
        this.clock = clock;
        this.suites = List.copyOf(suites);
        this.terms = terms;
        this.proof = proof;
        this.devices = devices;
    }

    /** Takes the content of one handshake record. */
    public List<Action> receive(ByteBuffer content) throws ProtocolException {
        List<Action> actions = new ArrayList<>();
        splitter.split(content, incoming -> actions.addAll(step(incoming)));
        return actions;
    }

    /** The application lets the device in. */
    public List<Action> admit(SessionGrant grant) {
        if (!(state instanceof AwaitAdmission s)) {
            throw new IllegalStateException("nobody asked for admission");
        }
        SessionAccept accept = new SessionAccept(clock.instant(), grant, List.of());
        state = new Connected();
        s.keys().close();
        Session session = new Session(
                s.session(),
                s.keys().suite(),
                s.device(),
                terms,
                grant,
                shownRootList,
                s.maxContent(),
                proof.credential().certificate().getNotAfter().toInstant(),
                accept.serverTime());
        Rekeying.Parties parties =
                new Rekeying.Parties(Side.SERVER, proof.credential(), proof.status(), s.device(), devices);
        return List.of(
                new ChangeSendingKeys(2, s.session(), s.application().server().keys()),
                new Send(accept.encode()),
                new Connect(
                        session,
                        new Rekeying(crypto, random, session.suite(), session.id(), parties, s.application())));
    }

    /** The application issued this certificate, with its chain, root included. */
    public List<Action> issue(List<X509Certificate> chain) {
        if (!(state instanceof AwaitDesk s)) {
            throw new IllegalStateException("nobody asked for a certificate");
        }
        EnrolResponse response =
                new EnrolResponse(chain.stream().map(Certificates::encode).toList());
        state = new Enrolled();
        try (s) {
            return List.of(
                    new ChangeSendingKeys(
                            2, s.session(), s.application().server().keys()),
                    new Send(response.encode()),
                    new AwaitClose());
        }
    }

    /** Whether the whole ClientHello has come. */
    public boolean hasClientHello() {
        return !(state instanceof ExpectClientHello);
    }

    /** The certificate that the peer presented; nothing in it is verified. */
    public Optional<X509Certificate> presented() {
        return Optional.ofNullable(presented);
    }

    /** Wipes every secret that was not handed out. */
    @Override
    public void close() {
        state.close();
    }

    private List<Action> step(Incoming incoming) throws ProtocolException {
        Bytes hash = hasClientHello() ? transcript.hash() : Bytes.EMPTY;
        transcript.add(incoming.encoded());
        List<Action> actions = new ArrayList<>();
        state = switch (new Step(state, incoming.message())) {
            case Step(ExpectClientHello _, ClientHello hello) -> answer(hello, actions);
            case Step(ExpectCertificate s, Certificate certificate) -> consider(s, certificate);
            case Step(ExpectCertificateVerify s, CertificateVerify verify) -> authenticate(s, verify, hash);
            case Step(ExpectFinished s, Finished finished) -> finish(s, finished, hash, actions);
            case Step(ExpectEnrolmentFinished s, Finished finished) -> finish(s, finished, hash, actions);
            case Step(ExpectEnrolRequest s, EnrolRequest request) -> ask(s, request, actions);
            case Step(var s, var m) -> throw unexpected(s, m);
        };
        return actions;
    }

    private ServerState answer(ClientHello hello, List<Action> actions) throws ProtocolException {
        Mode mode = Mode.of(hello.mode()).orElseThrow(() -> unsupported("mode " + hello.mode()));
        if (!hello.versions().contains(ClientHello.VERSION)) {
            throw unsupported("versions " + hello.versions());
        }
        Suite suite = hello.suites().stream()
                .flatMap(code -> Suite.of(code).stream())
                .filter(suites::contains)
                .findFirst()
                .orElseThrow(() -> unsupported("suites " + hello.suites()));
        if (hello.group() != HybridKeyExchange.GROUP) {
            throw unsupported("group " + hello.group());
        }
        SignatureScheme scheme = SignatureScheme.choose(
                        proof.credential().certificate().getPublicKey(), hello.signatureSchemes())
                .orElseThrow(() -> unsupported("signature schemes " + hello.signatureSchemes()));
        HandshakeKeys keys = exchangeKeys(hello, suite, actions);
        sendFlight(mode, scheme, keys, actions);
        return switch (mode) {
            case NORMAL -> new ExpectCertificate(keys, hello.maxContent());
            case ENROLMENT -> new ExpectEnrolmentFinished(keys);
        };
    }

    private HandshakeKeys exchangeKeys(ClientHello hello, Suite suite, List<Action> actions) throws ProtocolException {
        byte[] fresh = new byte[Fields.RANDOM];
        random.nextBytes(fresh);
        ServerAnswer answer = ServerAnswer.to(hello.keyShare(), crypto, random);
        ServerHello serverHello = new ServerHello(
                Bytes.of(fresh), ClientHello.VERSION, suite.code(), HybridKeyExchange.GROUP, answer.share(), List.of());
        Bytes encoded = serverHello.encode();
        transcript.begin(suite);
        transcript.add(encoded);
        HandshakeKeys keys = HandshakeKeys.derive(suite, answer.shared(), transcript.hash());
        actions.add(new Send(encoded));
        actions.add(new ChangeSendingKeys(1, SessionId.NONE, keys.server().keys()));
        actions.add(new ChangeReceivingKeys(1, SessionId.NONE, keys.client().keys(), true));
        return keys;
    }

    /** EncryptedExtensions to Finished, in one record. */
    private void sendFlight(Mode mode, SignatureScheme scheme, HandshakeKeys keys, List<Action> actions) {
        List<Bytes> flight = new ArrayList<>();
        add(
                flight,
                new EncryptedExtensions(
                        Fields.MAX_CONTENT, terms.rekey(), terms.session(), terms.idle(), clock.instant(), List.of()));
        if (mode == Mode.NORMAL) {
            add(flight, new CertificateRequest(SCHEMES, devices.roots().spkiSha256(), List.of()));
        }
        shownRootList = proof.rootList().get();
        add(flight, Certificate.ofServer(chain(mode), proof.status().get(), shownRootList));
        SignedContent context = mode == Mode.NORMAL ? SignedContent.SERVER : SignedContent.SERVER_ENROLMENT;
        add(flight, sign(scheme, context.over(transcript.hash())));
        add(flight, new Finished(keys.server().verifyData(transcript.hash())));
        actions.add(new Send(Bytes.concat(flight.toArray(Bytes[]::new))));
    }

    private void add(List<Bytes> flight, HandshakeMessage message) {
        Bytes encoded = message.encode();
        transcript.add(encoded);
        flight.add(encoded);
    }

    private List<Bytes> chain(Mode mode) {
        Stream<X509Certificate> own = proof.credential().chain().stream();
        Stream<X509Certificate> root = mode == Mode.ENROLMENT ? Stream.of(proof.root()) : Stream.empty();
        return Stream.concat(own, root).map(Certificates::encode).toList();
    }

    private CertificateVerify sign(SignatureScheme scheme, Bytes content) {
        try {
            return new CertificateVerify(
                    scheme.code(), crypto.sign(scheme, proof.credential().privateKey(), content));
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("the server's key does not fit its certificate", e);
        }
    }

    private ServerState consider(ExpectCertificate s, Certificate certificate) throws ProtocolException {
        if (!certificate.status().isEmpty()) {
            throw ProtocolException.malformed("a device's Certificate with a status");
        }
        Extension.refuseAny(certificate.extensions());
        PeerClaim claim = PeerClaim.of(certificate, devices);
        presented = claim.certificate().orElse(null);
        return new ExpectCertificateVerify(s.keys(), s.maxContent(), claim);
    }

    private ServerState authenticate(ExpectCertificateVerify s, CertificateVerify verify, Bytes hash)
            throws ProtocolException {
        boolean agrees = s.claim().agrees(verify, SignedContent.DEVICE.over(hash), SCHEMES, crypto);
        VerifiedPeer device = s.claim().settle(agrees);
        return new ExpectFinished(s.keys(), s.maxContent(), device);
    }

    private ServerState finish(ExpectFinished s, Finished finished, Bytes hash, List<Action> actions)
            throws ProtocolException {
        SessionId session = requireFinished(s.keys(), finished, hash);
        ApplicationSecrets application = receiveUnder(s.keys(), session, actions);
        actions.add(new AskAdmission(s.device(), session));
        return new AwaitAdmission(s.keys(), s.maxContent(), s.device(), session, application);
    }

    private ServerState finish(ExpectEnrolmentFinished s, Finished finished, Bytes hash, List<Action> actions)
            throws ProtocolException {
        SessionId session = requireFinished(s.keys(), finished, hash);
        return new ExpectEnrolRequest(s.keys(), session, receiveUnder(s.keys(), session, actions));
    }

    private SessionId requireFinished(HandshakeKeys keys, Finished finished, Bytes hash) throws ProtocolException {
        if (!keys.client().verifyData(hash).constantTimeEquals(finished.verifyData())) {
            throw ProtocolException.malformed("the device's Finished does not agree");
        }
        return keys.main().sessionId(transcript.hash());
    }

    /** The device sends under the application keys from now on. */
    private ApplicationSecrets receiveUnder(HandshakeKeys keys, SessionId session, List<Action> actions) {
        ApplicationSecrets application = ApplicationSecrets.derive(keys.main(), transcript.hash());
        actions.add(new ChangeReceivingKeys(2, session, application.client().keys(), false));
        return application;
    }

    private static ServerState ask(ExpectEnrolRequest s, EnrolRequest request, List<Action> actions) {
        actions.add(new AskDesk(request.token(), request.request(), s.session()));
        return new AwaitDesk(s.keys(), s.session(), s.application());
    }

    private static ProtocolException unsupported(String what) {
        return new ProtocolException(AlertCode.UNSUPPORTED, "the device offers nothing usable: " + what);
    }

    private static ProtocolException unexpected(ServerState state, HandshakeMessage message) {
        return ProtocolException.malformed(message.getClass().getSimpleName() + " in state "
                + state.getClass().getSimpleName());
    }

    private record Step(ServerState state, HandshakeMessage message) {}
}
