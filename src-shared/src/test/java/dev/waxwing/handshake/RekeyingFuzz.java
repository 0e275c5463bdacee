package dev.waxwing.handshake;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.HybridKeyExchange.DeviceKeys;
import dev.waxwing.crypto.HybridKeyExchange.ServerAnswer;
import dev.waxwing.crypto.KeySchedule;
import dev.waxwing.crypto.KeySchedule.HandshakeSecret;
import dev.waxwing.crypto.KeySchedule.MainSecret;
import dev.waxwing.crypto.Suite;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.handshake.Action.Ratcheted;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.Rekeying.Parties;
import dev.waxwing.handshake.Rekeying.Side;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.trust.VerifiedPeer;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.SessionId;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A session whose ends renew keys, with somebody between them who has the traffic keys and neither long-term key. Input:
 * one byte for the end that is watched (even: the server), then steps of a byte each: {@code 0} and {@code 1} an end begins
 * a ratchet, {@code 2} and {@code 3} updates its key, {@code 4} and {@code 5} gets the next message of the other, {@code 6} and
 * {@code 7} gets it with a byte changed ({@code u16} place, {@code u8} to xor), {@code 8} and {@code 9} gets its last one
 * again, {@code 10} and {@code 11} gets a {@code vec16} of the input. Even steps are the watched end's.
 */
public final class RekeyingFuzz {

    private static final CryptoProvider CRYPTO = CryptoProvider.best();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ScriptedEnds ENDS = ScriptedEnds.NORMAL;
    private static final SessionId SESSION = new SessionId(Bytes.fromHex("00112233445566778899aabbccddeeff"));
    private static final Suite SUITE = Suite.AES_256_GCM_SHA384;
    private static final HandshakeSecret SECRET = secret();
    private static final PeerVerifier DEVICES =
            new PeerVerifier(ENDS.root(), Role.DEVICE, (leaf, issuer, staple, now) -> {}, TestPki.CLOCK);
    private static final PeerVerifier SERVERS =
            new PeerVerifier(ENDS.root(), Role.SERVER, new StapledStatus(), TestPki.CLOCK);
    private static final VerifiedPeer DEVICE = verified(DEVICES, ENDS.deviceCredential, Bytes.EMPTY);
    private static final VerifiedPeer SERVER =
            verified(SERVERS, ENDS.serverCredential, ENDS.vectors.get("server.status"));
    private static final Set<AlertCode> CODES = Set.of(AlertCode.PROTOCOL_ERROR, AlertCode.AUTH_FAILED);

    private RekeyingFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0 || input.length > 4_096) {
            return;
        }
        Fuzz.once(input, 64 << 20, 1 << 20, () -> {
            boolean deviceWatched = input[0] % 2 != 0;
            Reader steps = Reader.of(Bytes.of(input).slice(1, input.length));
            try (Rekeying watched = rekeying(deviceWatched);
                    Rekeying other = rekeying(!deviceWatched)) {
                new Game(new End(watched), new End(other)).play(steps);
            } catch (ProtocolException e) {
                Fuzz.require(CODES.contains(e.code()), "protocol_error or auth_failed, not " + e.code());
            }
        });
    }

    private static final class End {
        final Rekeying rekeying;
        final Deque<Bytes> said = new ArrayDeque<>();
        Bytes heardLast = Bytes.EMPTY;
        boolean deceived;

        End(Rekeying rekeying) {
            this.rekeying = rekeying;
        }

        void take(List<Action> actions) {
            for (Action action : actions) {
                if (action instanceof Send(Bytes message)) {
                    said.add(message);
                }
                if (action instanceof Ratcheted) {
                    Fuzz.require(!deceived, "no ratchet after a changed message was answered");
                }
            }
        }

        /** A message as it was sent, or one that somebody on the way has made of it. */
        void hear(Bytes message, boolean changed) throws ProtocolException {
            heardLast = message;
            List<Action> done = rekeying.receive(message.asByteBuffer(), 1);
            // A request that the server drops because it has begun one itself leaves no trace.
            deceived |= changed && !done.isEmpty() && message.at(0) != RatchetDone.TYPE;
            take(done);
        }
    }

    private record Game(End watched, End other) {

        void play(Reader steps) throws ProtocolException {
            while (steps.remaining() >= 4) {
                int step = steps.u8() % 12;
                End end = step % 2 == 0 ? watched : other;
                End peer = step % 2 == 0 ? other : watched;
                switch (step / 2) {
                    case 0 -> end.take(end.rekeying.ratchet());
                    case 1 -> end.take(end.rekeying.updateKey());
                    case 2 -> deliver(peer, end, 0, 0);
                    case 3 -> deliver(peer, end, steps.u16(), steps.u8());
                    case 4 -> {
                        if (!end.heardLast.isEmpty()) {
                            end.hear(end.heardLast, true);
                        }
                    }
                    default -> {
                        Bytes forged = steps.bytes(Math.min(steps.u16(), steps.remaining()));
                        end.hear(forged, true);
                    }
                }
            }
        }

        private static void deliver(End from, End to, int at, int xor) throws ProtocolException {
            Bytes message = from.said.poll();
            if (message != null) {
                byte[] bytes = message.toArray();
                bytes[at % bytes.length] ^= (byte) xor;
                to.hear(Bytes.of(bytes), xor != 0);
            }
        }
    }

    private static Rekeying rekeying(boolean ofDevice) {
        Credential device = ENDS.deviceCredential;
        Credential server = ENDS.serverCredential;
        Bytes status = ENDS.vectors.get("server.status");
        Parties parties = ofDevice
                ? new Parties(Side.DEVICE, device, () -> Bytes.EMPTY, SERVER, SERVERS)
                : new Parties(Side.SERVER, server, () -> status, DEVICE, DEVICES);
        Bytes th0 = Bytes.of(new byte[SUITE.hashLength()]);
        try (MainSecret main = SECRET.main()) {
            return new Rekeying(CRYPTO, RANDOM, SUITE, SESSION, parties, ApplicationSecrets.derive(main, th0));
        }
    }

    private static VerifiedPeer verified(PeerVerifier verifier, Credential peer, Bytes status) {
        try {
            return verifier.verify(peer.chain(), status);
        } catch (UntrustedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HandshakeSecret secret() {
        try {
            DeviceKeys device = DeviceKeys.generate(CRYPTO, RANDOM);
            return KeySchedule.handshake(
                    SUITE, ServerAnswer.to(device.share(), CRYPTO, RANDOM).shared());
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Map<String, Bytes> seeds() {
        // The other end begins; or the watched one; or both; with updates before and after. Zeros end the steps.
        return Map.of(
                "other-begins", Bytes.fromHex("01" + "01" + "04" + "05" + "04" + "05" + "02" + "05" + "00000000"),
                "watched-begins",
                        Bytes.fromHex("00" + "02" + "05" + "00" + "05" + "04" + "05" + "04" + "03" + "04" + "00000000"),
                "both-begin", Bytes.fromHex("00" + "00" + "01" + "04" + "05" + "04" + "05" + "04" + "00000000"),
                "both-begin-at-device",
                        Bytes.fromHex("01" + "00" + "01" + "04" + "05" + "05" + "04" + "05" + "00000000"),
                "changed", Bytes.fromHex("00" + "01" + "06" + "000a01" + "05" + "04" + "00000000"),
                "forged", Bytes.fromHex("01" + "00" + "0a" + "0004" + "18000000" + "05" + "04" + "00000000"));
    }
}
