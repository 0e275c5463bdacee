package dev.waxwing.handshake;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.crypto.HybridKeyExchange.ServerAnswer;
import dev.waxwing.crypto.KeySchedule.MainSecret;
import dev.waxwing.crypto.KeySchedule.RatchetSecret;
import dev.waxwing.crypto.KeySchedule.TrafficSecret;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Action.Ratcheted;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.RekeyState.AwaitDone;
import dev.waxwing.handshake.RekeyState.AwaitFinish;
import dev.waxwing.handshake.RekeyState.AwaitResponse;
import dev.waxwing.handshake.RekeyState.AwaitResponseOnly;
import dev.waxwing.handshake.RekeyState.Steady;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.SessionId;
import dev.waxwing.wire.Writer;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Renews the keys of a session (protocol section 10): messages in, actions out, in the order in which the owner must carry
 * them out. Epochs count here from the moment at which a change is given to the owner. It does no I/O and starts no thread.
 * Guarded by its owner's lock; after an exception it is of no more use but to be closed.
 */
public final class Rekeying implements AutoCloseable {

    /** No epoch comes after this one (protocol section 3.1). */
    private static final int LAST_EPOCH = 0xFFFFFF;

    /** The first of the application keys. */
    private static final int FIRST_EPOCH = 2;

    private static final RekeyState STEADY = new Steady();

    private static final List<Integer> SCHEMES =
            Arrays.stream(SignatureScheme.values()).map(SignatureScheme::code).toList();

    /** Whose end it is, with the contexts of its signatures. */
    enum Side {
        DEVICE(SignedContent.DEVICE_RATCHET_RESPONSE, SignedContent.DEVICE_RATCHET_FINISH),
        SERVER(SignedContent.SERVER_RATCHET_RESPONSE, SignedContent.SERVER_RATCHET_FINISH);

        private final SignedContent response;
        private final SignedContent finish;

        Side(SignedContent response, SignedContent finish) {
            this.response = response;
            this.finish = finish;
        }

        private Side peer() {
            return this == DEVICE ? SERVER : DEVICE;
        }
    }

    /**
     * Who proves what to whom.
     *
     * @param own the key and chain of the handshake
     * @param status makes the OCSP response that goes with a ratchet; empty from a device
     * @param peer as the handshake verified it
     * @param peers verifies it again
     */
    record Parties(Side side, Credential own, Supplier<Bytes> status, VerifiedPeer peer, PeerVerifier peers) {}

    private final CryptoProvider crypto;
    private final SecureRandom random;
    private final Suite suite;
    private final SessionId session;
    private final Parties parties;
    private RekeyState state = STEADY;
    private TrafficSecret sending;
    private TrafficSecret receiving;
    private RatchetSecret ratchet;
    private Bytes th;
    private long ratchets;
    private int sendingEpoch = FIRST_EPOCH;
    private int receivingEpoch = FIRST_EPOCH;

    /** @param secrets are given away */
    Rekeying(
            CryptoProvider crypto,
            SecureRandom random,
            Suite suite,
            SessionId session,
            Parties parties,
            ApplicationSecrets secrets) {
        this.crypto = crypto;
        this.random = random;
        this.suite = suite;
        this.session = session;
        this.parties = parties;
        this.sending = own(secrets);
        this.receiving = peers(secrets);
        this.ratchet = secrets.ratchet();
        this.th = secrets.th();
    }

    /** The epoch of the sending direction, once all actions are carried out. */
    public int sendingEpoch() {
        return sendingEpoch;
    }

    /** How many ratchets are over. */
    public long ratchets() {
        return ratchets - (state instanceof AwaitDone ? 1 : 0);
    }

    /** Whether a ratchet is under way. */
    public boolean isRatcheting() {
        return !(state instanceof Steady);
    }

    /** A new key for the sending direction. Nothing while a ratchet is under way, or in the last epoch. */
    public List<Action> updateKey() {
        if (isRatcheting() || sendingEpoch == LAST_EPOCH) {
            return List.of();
        }
        sending = sending.next();
        return List.of(new Send(new KeyUpdate().encode()), changeSending());
    }

    /** Begins a ratchet. Nothing while one is under way, or if either direction is in its last epoch. */
    public List<Action> ratchet() {
        if (isRatcheting() || sendingEpoch == LAST_EPOCH || receivingEpoch == LAST_EPOCH) {
            return List.of();
        }
        Bytes status = parties.status().get();
        DeviceKeys ephemeral = DeviceKeys.generate(crypto, random);
        Bytes request = new RatchetRequest(ratchets + 1, ephemeral.share(), status).encode();
        state = new AwaitResponse(ephemeral, request, sendingEpoch);
        return List.of(new Send(request));
    }

    /**
     * Takes the content of a handshake record of the session.
     *
     * @param sequence of the record in its epoch, from 0
     */
    public List<Action> receive(ByteBuffer content, long sequence) throws ProtocolException {
        Bytes encoded = Bytes.copyOf(content);
        Reader in = Reader.of(encoded);
        HandshakeMessage message = HandshakeMessage.decode(in);
        in.end();
        List<Action> actions = new ArrayList<>();
        state = switch (new Step(state, message)) {
            case Step(Steady s, KeyUpdate _) -> follow(s, sequence, actions);
            case Step(AwaitResponse s, KeyUpdate _) -> follow(s, sequence, actions);
            case Step(Steady _, RatchetRequest request) -> answer(request, encoded, actions);
            case Step(AwaitResponse s, RatchetRequest request) -> cross(s, request, encoded, actions);
            case Step(AwaitResponse(var keys, var request, var epoch), RatchetResponse response) ->
                finish(keys, request, epoch, response, encoded, actions);
            case Step(AwaitResponseOnly(var keys, var request, var epoch), RatchetResponse response) ->
                finish(keys, request, epoch, response, encoded, actions);
            case Step(AwaitFinish s, RatchetFinish finish) -> complete(s, finish, encoded, actions);
            case Step(AwaitDone s, RatchetDone _) -> settle(s, actions);
            case Step(var s, var m) -> throw unexpected(s, m);
        };
        return actions;
    }

    /** Wipes every secret. */
    @Override
    public void close() {
        state.close();
        sending.close();
        receiving.close();
        ratchet.close();
    }

    private RekeyState follow(RekeyState same, long sequence, List<Action> actions) throws ProtocolException {
        if (sequence == 0) {
            throw ProtocolException.malformed("KeyUpdate of a key that has protected nothing");
        }
        requireNextEpoch(receivingEpoch);
        receiving = receiving.next();
        actions.add(changeReceiving());
        return same;
    }

    private RekeyState answer(RatchetRequest request, Bytes encoded, List<Action> actions) throws ProtocolException {
        requireNumber(request);
        requireNextEpoch(receivingEpoch);
        requireNextEpoch(sendingEpoch);
        verifyPeerAgain(request.status());
        Bytes status = parties.status().get();
        ServerAnswer answer = ServerAnswer.to(request.keyShare(), crypto, random);
        MainSecret main = ratchet.next(answer.shared());
        try {
            Bytes response = respond(answer.share(), status, encoded);
            actions.add(new Send(response));
            Bytes transcript = Bytes.concat(th, encoded, response);
            Bytes signed = parties.side().peer().finish.over(covered(receivingEpoch, sendingEpoch, hash(transcript)));
            return new AwaitFinish(signed, transcript, main);
        } catch (RuntimeException e) {
            main.close();
            throw e;
        }
    }

    private Bytes respond(Bytes share, Bytes status, Bytes request) {
        Bytes part = RatchetResponse.signedPart(share, status);
        Bytes signed = parties.side().response.over(covered(receivingEpoch, sendingEpoch, hash(th, request, part)));
        return new RatchetResponse(share, status, sign(signed)).encode();
    }

    /** Both ends began at once: the server's ratchet counts. */
    private RekeyState cross(AwaitResponse s, RatchetRequest request, Bytes encoded, List<Action> actions)
            throws ProtocolException {
        if (parties.side() == Side.DEVICE) {
            s.close();
            return answer(request, encoded, actions);
        }
        requireNumber(request);
        requireStatusOfServer(request.status());
        return new AwaitResponseOnly(s.ephemeral(), s.request(), s.epoch());
    }

    private RekeyState finish(
            DeviceKeys ephemeral,
            Bytes request,
            int epoch,
            RatchetResponse response,
            Bytes encoded,
            List<Action> actions)
            throws ProtocolException {
        requireNextEpoch(receivingEpoch);
        verifyPeerAgain(response.status());
        requireSignature(
                response.signature(),
                parties.side()
                        .peer()
                        .response
                        .over(covered(epoch, receivingEpoch, hash(th, request, response.signedPart()))));
        Bytes transcript = Bytes.concat(th, request, encoded);
        Bytes signed = parties.side().finish.over(covered(epoch, receivingEpoch, hash(transcript)));
        Bytes finish = new RatchetFinish(sign(signed)).encode();
        try (ephemeral;
                MainSecret main = ratchet.next(ephemeral.agree(response.keyShare()))) {
            ApplicationSecrets next = ApplicationSecrets.derive(main, hash(transcript, finish));
            actions.add(new Send(finish));
            renew(next);
            replaceSending(next, actions);
            return new AwaitDone(peers(next));
        }
    }

    private RekeyState complete(AwaitFinish s, RatchetFinish finish, Bytes encoded, List<Action> actions)
            throws ProtocolException {
        requireSignature(finish.signature(), s.signed());
        try (s) {
            ApplicationSecrets next = ApplicationSecrets.derive(s.main(), hash(s.transcript(), encoded));
            renew(next);
            replaceReceiving(peers(next), actions);
            actions.add(new Send(new RatchetDone().encode()));
            replaceSending(next, actions);
            actions.add(new Ratcheted(ratchets));
            return STEADY;
        }
    }

    private RekeyState settle(AwaitDone s, List<Action> actions) {
        replaceReceiving(s.receiving(), actions);
        actions.add(new Ratcheted(ratchets));
        return STEADY;
    }

    private void renew(ApplicationSecrets next) {
        ratchet = next.ratchet();
        th = next.th();
        ratchets++;
    }

    private void replaceSending(ApplicationSecrets next, List<Action> actions) {
        sending.close();
        sending = own(next);
        actions.add(changeSending());
    }

    private void replaceReceiving(TrafficSecret next, List<Action> actions) {
        receiving.close();
        receiving = next;
        actions.add(changeReceiving());
    }

    private ChangeSendingKeys changeSending() {
        return new ChangeSendingKeys(++sendingEpoch, session, sending.keys());
    }

    private ChangeReceivingKeys changeReceiving() {
        return new ChangeReceivingKeys(++receivingEpoch, session, receiving.keys(), false);
    }

    private void requireNumber(RatchetRequest request) throws ProtocolException {
        if (request.number() != ratchets + 1) {
            throw ProtocolException.malformed("ratchet " + request.number() + " after " + ratchets);
        }
    }

    private static void requireNextEpoch(int epoch) throws ProtocolException {
        if (epoch == LAST_EPOCH) {
            throw ProtocolException.malformed("a new key after the last epoch");
        }
    }

    /** The peer was believed in the handshake; whether it still is shows now (protocol section 10.2, step 1). */
    private void verifyPeerAgain(Bytes status) throws ProtocolException {
        requireStatusOfServer(status);
        try {
            parties.peers().verifyAgain(parties.peer(), status);
        } catch (UntrustedException e) {
            throw PeerClaim.distrust(e);
        }
    }

    /** Only a server's message carries one. */
    private void requireStatusOfServer(Bytes status) throws ProtocolException {
        if (parties.side() == Side.SERVER && !status.isEmpty()) {
            throw ProtocolException.malformed("a device's ratchet message with a status");
        }
    }

    private void requireSignature(Bytes signature, Bytes content) throws ProtocolException {
        X509Certificate certificate = parties.peer().certificate();
        if (!crypto.verify(scheme(certificate), certificate.getPublicKey(), content, signature)) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, "the peer's signature in a ratchet does not agree");
        }
    }

    private Bytes sign(Bytes content) {
        try {
            return crypto.sign(
                    scheme(parties.own().certificate()), parties.own().privateKey(), content);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("the own key does not fit its certificate", e);
        }
    }

    /** A key fits one scheme, so it is that of the CertificateVerify. */
    private static SignatureScheme scheme(X509Certificate certificate) {
        PublicKey key = certificate.getPublicKey();
        return SignatureScheme.choose(key, SCHEMES)
                .orElseThrow(() -> new IllegalStateException("a key that signed the handshake fits a scheme"));
    }

    private Bytes covered(int initiatorEpoch, int responderEpoch, Bytes hash) {
        return Writer.growing()
                .bytes(session.value())
                .u24(initiatorEpoch)
                .u24(responderEpoch)
                .bytes(hash)
                .toBytes();
    }

    private Bytes hash(Bytes... parts) {
        MessageDigest digest = suite.newHash();
        for (Bytes part : parts) {
            part.addTo(digest);
        }
        return Bytes.of(digest.digest());
    }

    private TrafficSecret own(ApplicationSecrets secrets) {
        return parties.side() == Side.DEVICE ? secrets.client() : secrets.server();
    }

    private TrafficSecret peers(ApplicationSecrets secrets) {
        return parties.side() == Side.DEVICE ? secrets.server() : secrets.client();
    }

    private static ProtocolException unexpected(RekeyState state, HandshakeMessage message) {
        return ProtocolException.malformed(message.getClass().getSimpleName() + " in state "
                + state.getClass().getSimpleName());
    }

    private record Step(RekeyState state, HandshakeMessage message) {}
}
