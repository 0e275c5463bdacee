package dev.waxwing.handshake;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.handshake.ServerHandshake.ServerProof;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.vectors.RepeatableSignatures;
import dev.waxwing.vectors.ScriptedRandom;
import dev.waxwing.vectors.VectorFile;
import dev.waxwing.wire.Bytes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;

/** Both ends with the keys and the randomness of the vectors, so that what they say is known beforehand to the byte. */
final class ScriptedEnds {

    static final CryptoProvider CRYPTO = new RepeatableSignatures(CryptoProvider.best());

    static final ScriptedEnds NORMAL = new ScriptedEnds("handshake-aes-256-gcm-sha384.txt", Mode.NORMAL);
    static final ScriptedEnds ENROLMENT = new ScriptedEnds("enrolment-aes-256-gcm-sha384.txt", Mode.ENROLMENT);

    final VectorFile vectors;
    final Mode mode;
    final Credential serverCredential;
    final Credential deviceCredential;

    private final TrustedRoot root;
    private final List<X509Certificate> issued;

    private ScriptedEnds(String file, Mode mode) {
        this.vectors = VectorFile.read(file);
        this.mode = mode;
        try {
            this.root = TrustedRoot.of(Certificates.parse(vectors.get("root").toArray()));
            this.serverCredential = credential("server");
            this.deviceCredential = credential("device");
            this.issued = Certificates.parseAll(
                    List.of(vectors.get("device.certificate"), vectors.get("issuing"), vectors.get("root")));
        } catch (UntrustedException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static ScriptedEnds of(Mode mode) {
        return mode == Mode.NORMAL ? NORMAL : ENROLMENT;
    }

    SecureRandom deviceRandom() {
        return new ScriptedRandom(
                vectors.get("device.random"),
                vectors.get("device.ml_kem.d"),
                vectors.get("device.ml_kem.z"),
                vectors.get("device.x25519"));
    }

    SecureRandom serverRandom() {
        return new ScriptedRandom(
                vectors.get("server.random"), vectors.get("server.ml_kem.m"), vectors.get("server.x25519"));
    }

    DeviceHandshake device() {
        DevicePurpose purpose = switch (mode) {
            case NORMAL ->
                new DevicePurpose.Normal(
                        deviceCredential, new PeerVerifier(root, Role.SERVER, new StapledStatus(), TestPki.CLOCK));
            case ENROLMENT ->
                new DevicePurpose.Enrolment(
                        root.spkiSha256(),
                        new PeerName("camera-1"),
                        vectors.get("token"),
                        session -> new EnrolmentRequest(
                                new KeyPair(
                                        deviceCredential.certificate().getPublicKey(), deviceCredential.privateKey()),
                                vectors.get("request")),
                        TestPki.CLOCK);
        };
        return new DeviceHandshake(CRYPTO, deviceRandom(), List.of(Suite.AES_256_GCM_SHA384), purpose);
    }

    ServerHandshake server() {
        return new ServerHandshake(
                CRYPTO,
                serverRandom(),
                TestPki.CLOCK,
                List.of(Suite.values()),
                SessionTerms.defaults(),
                new ServerProof(serverCredential, () -> vectors.get("server.status"), root.certificate()),
                new PeerVerifier(root, Role.DEVICE, (leaf, issuer, staple, now) -> {}, TestPki.CLOCK));
    }

    TrustedRoot root() {
        return root;
    }

    /** What the server's desk answers in an enrolment. */
    List<X509Certificate> issued() {
        return issued;
    }

    /** Messages of the vectors, one after the other. */
    Bytes messages(String... names) {
        Bytes all = Bytes.EMPTY;
        for (String name : names) {
            all = Bytes.concat(all, vectors.get("message." + name));
        }
        return all;
    }

    private Credential credential(String name) throws GeneralSecurityException, UntrustedException {
        return new Credential(
                KeyFactory.getInstance("EC")
                        .generatePrivate(new PKCS8EncodedKeySpec(
                                vectors.get(name + ".key").toArray())),
                Certificates.parseAll(List.of(vectors.get(name + ".certificate"), vectors.get("issuing"))));
    }
}
