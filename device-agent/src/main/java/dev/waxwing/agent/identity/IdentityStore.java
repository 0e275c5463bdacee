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
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps a home's one identity in one file that is replaced whole. Beside it, as long as it is needed:
 *
 * <ul>
 *   <li>the key of an enrolment whose answer has not come yet, so that a repeat with the same invite uses the same key;
 *   <li>the key of a renewal whose answer has not come yet;
 *   <li>the next identity, which the device got by renewal and has not used yet (protocol section 16.2);
 *   <li>the certificate that the device had before, for what it signed with that.
 * </ul>
 *
 * Those of a renewal name the certificate that they follow, and are nothing any more once the device has another. The store has no state
 * but its files, each of which is replaced whole. Those of a renewal are also written by the session's threads.
 */
public final class IdentityStore {

    private static final String IDENTITY = "identity.json";
    private static final String PENDING = "enrolment.json";
    private static final String RENEWAL = "renewal.json";
    private static final String NEXT = "next.json";
    private static final String FORMER = "former.json";

    /** The member that names the certificate before: SHA-256 in hex. */
    private static final String FOLLOWS = "follows";

    private final Home home;
    private final KeyProtection protection;

    public IdentityStore(Home home, KeyProtection protection) {
        this.home = home;
        this.protection = protection;
    }

    /** The home that it is in. */
    public Home home() {
        return home;
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
        return load(file());
    }

    private static Identity load(Path file) throws IOException, AgentFailure {
        Home.refuseForeignReaders(file);
        FlatJson in = FlatJson.read(file);
        try {
            return new Identity(
                    new PeerName(in.text("name")),
                    Certificates.fromPem(in.text("chain")),
                    // One or more: identities that were written when there could only be one are read as they are.
                    TrustedRoots.of(Certificates.fromPem(in.text("root"))),
                    in.texts("addresses").stream().map(ServerAddress::parse).toList(),
                    Instant.parse(in.text("enrolledAt")),
                    in.has("oldKey") && in.truth("oldKey"));
        } catch (UntrustedException | IllegalArgumentException | DateTimeException broken) {
            throw damaged(file, broken);
        }
    }

    /**
     * Decrypts the identity's key.
     *
     * @throws AgentFailure if the passphrase is missing or wrong
     */
    public Credential unlock(Identity identity) throws IOException, AgentFailure {
        return unlock(file(), identity);
    }

    private Credential unlock(Path file, Identity identity) throws IOException, AgentFailure {
        FlatJson in = FlatJson.read(file);
        try {
            PrivateKey key = protection.decrypt(in.bytes("key"), in.truth("externalPassphrase"));
            return new Credential(key, identity.chain());
        } catch (IllegalArgumentException broken) {
            throw damaged(file, broken);
        }
    }

    /** Replaces the identity, then forgets what was pending. Until the last moment the old identity stands. */
    public void save(Identity identity, PrivateKey key) throws IOException, AgentFailure {
        if (isEnrolled()) {
            keepFormer();
        }
        PrivateFiles.replace(file(), FlatJson.write(members(identity, key)));
        Files.deleteIfExists(home.resolve(PENDING));
        forgetRenewal();
    }

    private Map<String, Object> members(Identity identity, PrivateKey key) throws IOException, AgentFailure {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("version", "1");
        out.put("name", identity.name().value());
        out.put("enrolledAt", identity.enrolledAt().toString());
        out.put(
                "addresses",
                identity.addresses().stream().map(ServerAddress::toString).toList());
        out.put("root", Certificates.toPem(identity.roots().certificates()));
        out.put("chain", Certificates.toPem(identity.chain()));
        out.put("oldKey", identity.hasOldKey());
        out.put("externalPassphrase", protection.isExternal());
        out.put("key", base64(protection.encrypt(key)));
        return out;
    }

    /** The next identity, if the device got one by renewal of this one; without its key. */
    public Optional<Identity> next(Identity current) throws IOException, AgentFailure {
        return follows(home.resolve(NEXT), current) ? Optional.of(load(home.resolve(NEXT))) : Optional.empty();
    }

    /** Decrypts the key of the next identity. */
    public Credential unlockNext(Identity next) throws IOException, AgentFailure {
        return unlock(home.resolve(NEXT), next);
    }

    /** Keeps the next identity beside the present one, then forgets the key that was pending: it has a certificate now. */
    public void saveNext(Identity current, Identity next, PrivateKey key) throws IOException, AgentFailure {
        Map<String, Object> out = members(next, key);
        out.put(FOLLOWS, fingerprint(current));
        PrivateFiles.replace(home.resolve(NEXT), FlatJson.write(out));
        Files.deleteIfExists(home.resolve(RENEWAL));
    }

    /** The next identity becomes the present one, in one step. */
    public void useNext() throws IOException {
        keepFormer();
        Files.move(home.resolve(NEXT), file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        PrivateFiles.syncDirectory(home.directory());
        forgetRenewal();
    }

    /** A damaged identity that is to be replaced leaves none. */
    private void keepFormer() throws IOException {
        try {
            String chain = FlatJson.read(file()).text("chain");
            PrivateFiles.replace(home.resolve(FORMER), FlatJson.write(Map.of("chain", chain)));
        } catch (AgentFailure | IllegalArgumentException damaged) {
            Files.deleteIfExists(home.resolve(FORMER));
        }
    }

    /** The certificate that the device had before and those above it, without the root; empty if it had none. */
    public List<X509Certificate> former() throws IOException, AgentFailure {
        Path file = home.resolve(FORMER);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Certificates.fromPem(FlatJson.read(file).text("chain"));
        } catch (UntrustedException | IllegalArgumentException broken) {
            throw damaged(file, broken);
        }
    }

    /** Forgets the next identity and the key that may be pending. */
    public void forgetRenewal() throws IOException {
        Files.deleteIfExists(home.resolve(NEXT));
        Files.deleteIfExists(home.resolve(RENEWAL));
    }

    /** What there is of a renewal that was begun and not answered. */
    public sealed interface RenewalKey {

        /** Nothing was begun for this identity. */
        record None() implements RenewalKey {}

        /** The key that was begun with. */
        record Kept(KeyPair keys) implements RenewalKey {}

        /**
         * Its file could not be read, and is of no use to anybody.
         *
         * @param why what is wrong with it
         * @param copy where it is now
         */
        record SetAside(AgentFailure why, Path copy) implements RenewalKey {}
    }

    /**
     * The key of a renewal of this identity that was begun and not answered. A damaged file is set aside: the next renewal begins with
     * another key, and would fail for good if this one stayed. That a key cannot be decrypted with a passphrase of the owner's is no
     * damage.
     *
     * @throws AgentFailure if others may read it, or a passphrase is missing or wrong; nothing has changed then
     */
    public RenewalKey renewalKey(Identity current) throws IOException, AgentFailure {
        Path file = home.resolve(RENEWAL);
        if (!Files.exists(file)) {
            return new RenewalKey.None();
        }
        Home.refuseForeignReaders(file);
        FlatJson in;
        boolean isExternal;
        try {
            in = FlatJson.read(file);
            isExternal = in.truth("externalPassphrase");
            if (!in.text(FOLLOWS).equals(fingerprint(current))) {
                return new RenewalKey.None();
            }
        } catch (IllegalArgumentException broken) {
            return renewalSetAside(file, damaged(file, broken));
        } catch (AgentFailure broken) {
            return renewalSetAside(file, broken);
        }
        protection.requirePassphrase(isExternal);
        try {
            return new RenewalKey.Kept(keys(file, in));
        } catch (AgentFailure broken) {
            if (isExternal) {
                throw undeciphered("renewal", file, broken);
            }
            return renewalSetAside(file, damaged(file, broken));
        }
    }

    private RenewalKey renewalSetAside(Path file, AgentFailure why) throws IOException {
        return new RenewalKey.SetAside(why, PrivateFiles.setAside(file));
    }

    /** Keeps the key of a renewal before it is used. */
    public void saveRenewalKey(Identity current, KeyPair keys) throws IOException, AgentFailure {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("version", "1");
        out.put(FOLLOWS, fingerprint(current));
        putKeys(out, keys);
        PrivateFiles.replace(home.resolve(RENEWAL), FlatJson.write(out));
    }

    private static boolean follows(Path file, Identity current) throws IOException, AgentFailure {
        if (!Files.exists(file)) {
            return false;
        }
        Home.refuseForeignReaders(file);
        try {
            return FlatJson.read(file).text(FOLLOWS).equals(fingerprint(current));
        } catch (IllegalArgumentException broken) {
            throw damaged(file, broken);
        }
    }

    private static String fingerprint(Identity identity) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return Bytes.of(sha256.digest(
                            Certificates.encode(identity.certificate()).toArray()))
                    .hex();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** What there is of an enrolment that was begun and not finished. */
    public sealed interface PendingKey {

        /** Nothing was begun. */
        record None() implements PendingKey {}

        /** The key that was begun with, with this invite. */
        record Kept(KeyPair keys) implements PendingKey {}

        /** It was begun with another invite. */
        record OfAnotherInvite() implements PendingKey {}

        /**
         * Its file could not be read, so nobody knows with which invite it was begun.
         *
         * @param why what is wrong with it
         * @param copy where it is now
         */
        record SetAside(AgentFailure why, Path copy) implements PendingKey {}
    }

    /**
     * The key of an enrolment that was begun and not finished. A damaged file is set aside: the invite may be good for another key, and
     * no enrolment would ever succeed if it stayed. That a key cannot be decrypted with a passphrase of the owner's is no damage.
     *
     * @param invite SHA-256 of the invite
     * @throws AgentFailure if others may read it, or a passphrase is missing or wrong
     */
    public PendingKey pendingKey(Bytes invite) throws IOException, AgentFailure {
        Path file = home.resolve(PENDING);
        if (!Files.exists(file)) {
            return new PendingKey.None();
        }
        Home.refuseForeignReaders(file);
        FlatJson in;
        boolean isExternal;
        try {
            in = FlatJson.read(file);
            isExternal = in.truth("externalPassphrase");
            if (!in.text("invite").equals(invite.hex())) {
                return new PendingKey.OfAnotherInvite();
            }
        } catch (IllegalArgumentException broken) {
            return pendingSetAside(file, damaged(file, broken));
        } catch (AgentFailure broken) {
            return pendingSetAside(file, broken);
        }
        protection.requirePassphrase(isExternal);
        try {
            return new PendingKey.Kept(keys(file, in));
        } catch (AgentFailure broken) {
            if (isExternal) {
                throw undeciphered("enrolment", file, broken);
            }
            return pendingSetAside(file, damaged(file, broken));
        }
    }

    private PendingKey pendingSetAside(Path file, AgentFailure why) throws IOException {
        return new PendingKey.SetAside(why, PrivateFiles.setAside(file));
    }

    private static AgentFailure undeciphered(String begun, Path file, AgentFailure cause) {
        return new AgentFailure(
                "the key of the %s that was begun cannot be decrypted".formatted(begun),
                null,
                ("Name the file that holds the passphrase with which it was begun. If it is the right one, %s is"
                                + " damaged: move it away and run this again; another key is made then.")
                        .formatted(file),
                cause);
    }

    private KeyPair keys(Path file, FlatJson in) throws IOException, AgentFailure {
        try {
            PrivateKey privateKey = protection.decrypt(in.bytes("key"), in.truth("externalPassphrase"));
            PublicKey publicKey = KeyFactory.getInstance(privateKey.getAlgorithm())
                    .generatePublic(new X509EncodedKeySpec(in.bytes("publicKey")));
            return new KeyPair(publicKey, privateKey);
        } catch (IllegalArgumentException | GeneralSecurityException broken) {
            throw damaged(file, broken);
        }
    }

    private void putKeys(Map<String, Object> out, KeyPair keys) throws IOException, AgentFailure {
        out.put("publicKey", base64(keys.getPublic().getEncoded()));
        out.put("externalPassphrase", protection.isExternal());
        out.put("key", base64(protection.encrypt(keys.getPrivate())));
    }

    /** Keeps the key of an enrolment before it is used. */
    public void savePending(Bytes invite, KeyPair keys) throws IOException, AgentFailure {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("version", "1");
        out.put("invite", invite.hex());
        putKeys(out, keys);
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
