package dev.waxwing.agent.identity;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.FlatJson;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.home.PrivateFiles;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps a home's one identity in one file that is replaced whole, and beside it the key of an enrolment whose answer
 * has not come yet, so that a repeat with the same invite uses the same key. Owned by the thread of the command.
 */
public final class IdentityStore {

    private static final String IDENTITY = "identity.json";
    private static final String PENDING = "enrolment.json";

    private final Home home;
    private final KeyProtection protection;

    public IdentityStore(Home home, KeyProtection protection) {
        this.home = home;
        this.protection = protection;
    }

    /** The file that holds the identity. */
    public Path file() {
        return home.resolve(IDENTITY);
    }

    /** Whether there is an identity. */
    public boolean isEnrolled() {
        return Files.exists(file());
    }

    /** Whether an enrolment was begun whose answer has not come. */
    public boolean isEnrolmentPending() {
        return Files.exists(home.resolve(PENDING));
    }

    /** Whether the key's passphrase lies outside of the home. */
    public boolean isPassphraseExternal() throws IOException, AgentFailure {
        return FlatJson.read(file()).truth("externalPassphrase");
    }

    /**
     * Reads the identity, but not its key.
     *
     * @throws AgentFailure if there is none, or it is damaged
     */
    public Identity load() throws IOException, AgentFailure {
        if (!isEnrolled()) {
            throw new AgentFailure(
                    "this device is not enrolled (%s holds no identity)".formatted(home.directory()),
                    "Ask the administrator for an invite, then run 'enroll'.");
        }
        Home.refuseForeignReaders(file());
        FlatJson in = FlatJson.read(file());
        try {
            return new Identity(
                    new PeerName(in.text("name")),
                    Certificates.fromPem(in.text("chain")),
                    // One or more: identities that were written when there could only be one are read as they are.
                    TrustedRoots.of(Certificates.fromPem(in.text("root"))),
                    in.texts("addresses").stream().map(ServerAddress::parse).toList(),
                    Instant.parse(in.text("enrolledAt")));
        } catch (UntrustedException | IllegalArgumentException | DateTimeException broken) {
            throw damaged(file(), broken);
        }
    }

    /**
     * Decrypts the identity's key.
     *
     * @throws AgentFailure if the passphrase is missing or wrong
     */
    public Credential unlock(Identity identity) throws IOException, AgentFailure {
        FlatJson in = FlatJson.read(file());
        try {
            PrivateKey key = protection.decrypt(in.bytes("key"), in.truth("externalPassphrase"));
            return new Credential(key, identity.chain());
        } catch (IllegalArgumentException broken) {
            throw damaged(file(), broken);
        }
    }

    /** Replaces the identity, then forgets the pending enrolment. Until the last moment the old identity stands. */
    public void save(Identity identity, PrivateKey key) throws IOException, AgentFailure {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("version", "1");
        out.put("name", identity.name().value());
        out.put("enrolledAt", identity.enrolledAt().toString());
        out.put(
                "addresses",
                identity.addresses().stream().map(ServerAddress::toString).toList());
        out.put("root", Certificates.toPem(identity.roots().certificates()));
        out.put("chain", Certificates.toPem(identity.chain()));
        out.put("externalPassphrase", protection.isExternal());
        out.put("key", base64(protection.encrypt(key)));
        PrivateFiles.replace(file(), FlatJson.write(out));
        Files.deleteIfExists(home.resolve(PENDING));
    }

    /**
     * The key of an enrolment that was begun with this invite and not finished.
     *
     * @param invite SHA-256 of the invite
     */
    public Optional<KeyPair> pendingKey(Bytes invite) throws IOException, AgentFailure {
        Path file = home.resolve(PENDING);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Home.refuseForeignReaders(file);
        FlatJson in = FlatJson.read(file);
        try {
            if (!in.text("invite").equals(invite.hex())) {
                return Optional.empty();
            }
            PrivateKey privateKey = protection.decrypt(in.bytes("key"), in.truth("externalPassphrase"));
            PublicKey publicKey = KeyFactory.getInstance(privateKey.getAlgorithm())
                    .generatePublic(new X509EncodedKeySpec(in.bytes("publicKey")));
            return Optional.of(new KeyPair(publicKey, privateKey));
        } catch (IllegalArgumentException | GeneralSecurityException broken) {
            throw damaged(file, broken);
        }
    }

    /** Keeps the key of an enrolment before it is used. */
    public void savePending(Bytes invite, KeyPair keys) throws IOException, AgentFailure {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("version", "1");
        out.put("invite", invite.hex());
        out.put("publicKey", base64(keys.getPublic().getEncoded()));
        out.put("externalPassphrase", protection.isExternal());
        out.put("key", base64(protection.encrypt(keys.getPrivate())));
        PrivateFiles.replace(home.resolve(PENDING), FlatJson.write(out));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static AgentFailure damaged(Path file, Exception cause) {
        return new AgentFailure(
                "%s is damaged".formatted(file), null, "Restore it from a copy, or enrol again with --replace.", cause);
    }
}
