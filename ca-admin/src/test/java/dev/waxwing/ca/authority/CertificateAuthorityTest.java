package dev.waxwing.ca.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.ca.AdjustableClock;
import dev.waxwing.ca.TestDeployment;
import dev.waxwing.ca.revocation.ListNumberJump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateAuthorityTest {

    @TempDir
    Path directory;

    @Test
    void the_first_start_makes_a_root_and_an_issuing_authority() throws Exception {
        TestDeployment deployment = TestDeployment.in(directory);
        X509Certificate root = deployment.authority.rootCertificate();
        X509Certificate issuing = deployment.authority.issuingCertificate();

        assertThat(root.getSubjectX500Principal().getName()).matches("CN=Waxwing Root CA [0-9a-f]{8}");
        assertThat(root.getSigAlgName()).isEqualTo("SHA384withECDSA");
        assertThat(root.getBasicConstraints()).isEqualTo(1);
        assertThat(root.getNotAfter().toInstant())
                .isEqualTo(deployment
                        .clock
                        .instant()
                        .atOffset(ZoneOffset.UTC)
                        .plusYears(20)
                        .toInstant());
        root.verify(root.getPublicKey());

        assertThat(issuing.getSubjectX500Principal().getName()).matches("CN=Waxwing Issuing CA [0-9a-f]{8}");
        assertThat(issuing.getBasicConstraints()).isZero();
        assertThat(issuing.getNotAfter().toInstant())
                .isEqualTo(deployment
                        .clock
                        .instant()
                        .atOffset(ZoneOffset.UTC)
                        .plusYears(5)
                        .toInstant());
        issuing.verify(root.getPublicKey());

        for (X509Certificate certificate : List.of(root, issuing)) {
            boolean[] usage = certificate.getKeyUsage();
            assertThat(usage[5] && usage[6]).as("keyCertSign and cRLSign").isTrue();
            assertThat(certificate.getCriticalExtensionOIDs())
                    .containsExactlyInAnyOrder(Extension.basicConstraints.getId(), Extension.keyUsage.getId());
            assertThat(certificate.getNonCriticalExtensionOIDs())
                    .containsExactlyInAnyOrder(
                            Extension.subjectKeyIdentifier.getId(), Extension.authorityKeyIdentifier.getId());
            assertThat(certificate.getSerialNumber().signum()).isPositive();
        }
        assertThat(deployment.authority.facts().keysEncrypted()).isFalse();
        assertThat(deployment.authority.facts().rootKeyAtHand()).isTrue();
    }

    @Test
    void a_restart_opens_the_same_authority() {
        TestDeployment first = TestDeployment.in(directory);
        TestDeployment second = first.restarted();

        assertThat(second.authority.rootCertificate()).isEqualTo(first.authority.rootCertificate());
        assertThat(second.authority.issuingCertificate()).isEqualTo(first.authority.issuingCertificate());
    }

    @Test
    void keys_are_readable_by_their_owner_only() throws IOException {
        Files.createDirectories(directory.resolve("keys"));
        Files.setPosixFilePermissions(directory.resolve("keys"), PosixFilePermissions.fromString("rwxr-xr-x"));
        TestDeployment.in(directory);

        assertThat(permissions(directory.resolve("keys"))).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(directory.resolve("keys"))) {
            assertThat(files)
                    .hasSize(6)
                    .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void private_keys_are_never_stored_in_the_clear() throws IOException {
        AuthorityId issuing = TestDeployment.in(directory).authority.issuing().id();
        for (String name : List.of("root", "issuing-" + issuing, "server", "receipt", "ocsp-" + issuing)) {
            assertThat(read(name)).contains("BEGIN ENCRYPTED PRIVATE KEY").doesNotContain("BEGIN PRIVATE KEY");
        }
    }

    private String read(String name) throws IOException {
        return Files.readString(file(name));
    }

    private Path file(String name) {
        return directory.resolve("keys").resolve(name + ".pem");
    }

    /** What a start leaves behind when it is killed after the root's file, after the root's row, after the issuing file. */
    @ParameterizedTest
    @ValueSource(
            strings = {"DELETE FROM certificate_authority", "DELETE FROM certificate_authority WHERE role = 'issuing'"})
    void an_interrupted_first_start_is_taken_up_where_it_stopped(String lost) throws IOException {
        TestDeployment first = TestDeployment.in(directory);
        forgetIssued(first);
        first.jdbc.sql(lost).update();
        Files.delete(file(first.issuingFile()));
        Files.delete(file("server"));
        Files.delete(file("receipt"));

        TestDeployment second = first.restarted();

        assertThat(second.authority.rootCertificate()).isEqualTo(first.authority.rootCertificate());
        assertThat(second.authority.issuingCertificate()).isNotEqualTo(first.authority.issuingCertificate());
        assertThat(second.credentials.server().chain().getLast()).isEqualTo(second.authority.issuingCertificate());
        assertThat(second.restarted().authority.issuingCertificate()).isEqualTo(second.authority.issuingCertificate());
    }

    private static void forgetIssued(TestDeployment deployment) {
        deployment.jdbc.sql("DELETE FROM certificate").update();
        deployment.jdbc.sql("DELETE FROM issuing_turn").update();
    }

    @Test
    void a_start_that_was_killed_after_the_issuing_file_adds_its_row_and_gives_it_the_first_turn() throws IOException {
        TestDeployment first = TestDeployment.in(directory);
        forgetIssued(first);
        first.jdbc
                .sql("DELETE FROM certificate_authority WHERE role = 'issuing'")
                .update();

        TestDeployment second = first.restarted();

        assertThat(second.authority.issuingCertificate()).isEqualTo(first.authority.issuingCertificate());
        assertThat(second.authority.issuers())
                .singleElement()
                .satisfies(only -> assertThat(only.state()).isEqualTo(IssuingAuthority.State.CURRENT));
    }

    @Test
    void the_key_file_of_the_time_when_there_was_one_issuing_authority_gets_its_name() throws IOException {
        TestDeployment first = TestDeployment.in(directory);
        Files.move(file(first.issuingFile()), file("issuing"));
        Files.move(file("ocsp-" + first.authority.issuing().id()), file("ocsp"));

        TestDeployment second = first.restarted();

        assertThat(second.authority.issuingCertificate()).isEqualTo(first.authority.issuingCertificate());
        assertThat(second.responderKey().certificate())
                .isEqualTo(first.responderKey().certificate());
        assertThat(file("issuing")).doesNotExist();
        assertThat(file("ocsp")).doesNotExist();
        assertThat(file(first.issuingFile())).exists();
    }

    @Test
    void refuses_a_key_file_under_the_name_of_another_authority() throws IOException {
        TestDeployment deployment = TestDeployment.in(directory);
        Files.move(file(deployment.issuingFile()), file("issuing-00000000"));

        assertThatThrownBy(deployment::restarted)
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("issuing-00000000.pem holds the authority");
    }

    @Test
    void an_unfinished_file_is_cleared_away() throws IOException {
        Path unfinished = directory.resolve("keys").resolve("root.pem-123.unfinished");
        Files.createDirectories(unfinished.getParent());
        Files.writeString(unfinished, "-----BEGIN ENCR");
        TestDeployment.in(directory);

        assertThat(unfinished).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "issuing"})
    void refuses_to_make_a_new_authority_in_place_of_one_that_the_database_knows(String role) throws IOException {
        TestDeployment deployment = TestDeployment.in(directory);
        String name = role.equals("root") ? role : deployment.issuingFile();
        Files.delete(file(name));

        assertThatThrownBy(deployment::restarted)
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining(name + ".pem is missing")
                .hasMessageContaining("backup");
        assertThat(file(name)).doesNotExist();
    }

    @Test
    void refuses_keys_of_another_database() {
        TestDeployment deployment = TestDeployment.in(directory);
        DataSource foreign = TestDeployment.in(directory.resolve("other")).database;

        assertThatThrownBy(() -> start(foreign))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("another database");
        assertThat(deployment.restarted().authority.rootCertificate())
                .isEqualTo(deployment.authority.rootCertificate());
    }

    private TestDeployment start(DataSource database) {
        AdjustableClock clock = new AdjustableClock(Instant.now());
        return new TestDeployment(
                directory, database, clock, new KeysProperties(null), TestDeployment.properties(null));
    }

    @Test
    void refuses_an_issuing_authority_of_another_root() throws IOException {
        TestDeployment deployment = TestDeployment.in(directory);
        TestDeployment other = TestDeployment.in(directory.resolve("other"));
        StoredKey foreign = other.keys.load(other.issuingFile()).orElseThrow();
        deployment.keys.store(other.issuingFile(), foreign.privateKey(), foreign.chain());

        assertThatThrownBy(deployment::restarted)
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("not made by the root");
    }

    @Test
    void refuses_a_key_that_is_not_that_of_its_certificate() {
        TestDeployment deployment = TestDeployment.in(directory);
        deployment.keys.store(
                deployment.issuingFile(),
                KeyPairs.p256(deployment.random).getPrivate(),
                List.of(deployment.authority.issuingCertificate()));

        assertThatThrownBy(deployment::restarted)
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("do not belong together");
    }

    @Test
    void refuses_a_damaged_key_file() throws IOException {
        TestDeployment deployment = TestDeployment.in(directory);
        String content = read(deployment.issuingFile());
        Files.writeString(file(deployment.issuingFile()), content.substring(0, 40) + "AAAA" + content.substring(44));

        assertThatThrownBy(deployment::restarted)
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining(deployment.issuingFile() + ".pem cannot be opened");
    }

    @Test
    void works_on_without_the_roots_private_key() throws IOException {
        TestDeployment deployment = TestDeployment.in(directory);
        String content = read("root");
        Files.writeString(file("root"), content.substring(content.indexOf("-----BEGIN CERTIFICATE")));

        TestDeployment offline = deployment.restarted();
        assertThat(offline.authority.root()).isEmpty();
        assertThat(offline.authority.facts().rootKeyAtHand()).isFalse();
        assertThat(offline.issue("camera-01")
                        .certificate()
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=camera-01");
        assertThat(offline.lists.root().number())
                .isEqualTo(deployment.lists.root().number());

        // After a restore the root's list is outnumbered, and yet the best there is.
        ListNumberJump.raise(offline.jdbc, offline.clock.instant());
        assertThat(offline.restarted().lists.root().der())
                .isEqualTo(offline.lists.root().der());
    }

    @Test
    void a_passphrase_from_outside_locks_the_keys() throws IOException {
        Path passphrase = passphrase("correct horse battery staple\n");
        TestDeployment deployment = TestDeployment.in(data(), new KeysProperties(passphrase));

        assertThat(deployment.authority.facts().keysEncrypted()).isTrue();
        assertThat(data().resolve("keys/key-file")).doesNotExist();
        assertThat(deployment
                        .restarted(new KeysProperties(passphrase))
                        .authority
                        .rootCertificate())
                .isEqualTo(deployment.authority.rootCertificate());
        assertThatThrownBy(deployment::restarted)
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("passphrase-file");
        assertThatThrownBy(() -> deployment.restarted(new KeysProperties(passphrase("wrong horse battery staple"))))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("passphrase");
    }

    @Test
    void a_passphrase_that_comes_later_takes_the_place_of_the_key_file() throws IOException {
        TestDeployment before = TestDeployment.in(data());
        KeysProperties properties = new KeysProperties(passphrase("Grüße aus der Wüste"));

        TestDeployment after = before.restarted(properties);

        assertThat(after.authority.rootCertificate()).isEqualTo(before.authority.rootCertificate());
        assertThat(after.credentials.receipt().certificate())
                .isEqualTo(before.credentials.receipt().certificate());
        assertThat(data().resolve("keys/key-file")).doesNotExist();
        assertThat(after.restarted(properties).authority.facts().keysEncrypted())
                .isTrue();
    }

    @Test
    void a_key_without_a_certificate_is_locked_like_the_others_and_survives_a_later_passphrase() throws Exception {
        TestDeployment before = TestDeployment.in(data());
        PrivateKey bare = KeyPairs.p256(before.random).getPrivate();
        before.keys.storeBare("bare", bare);
        assertThat(Files.readString(data().resolve("keys/bare.pem"))).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data().resolve("keys/bare.pem"))))
                .isEqualTo("rw-------");
        assertThat(before.keys.loadBare("bare")).contains(bare);
        assertThat(before.keys.loadBare("other")).isEmpty();
        assertThatThrownBy(() -> before.keys.loadBare(CertificateAuthority.ROOT))
                .isInstanceOf(AuthorityException.class);

        // Nobody asks for it between the passphrase and the end of the key file that it was locked with.
        KeysProperties properties = new KeysProperties(passphrase("correct horse battery staple"));
        TestDeployment after = before.restarted(properties);
        assertThat(data().resolve("keys/key-file")).doesNotExist();
        assertThat(after.keys.loadBare("bare")).contains(bare);
        assertThat(after.restarted(properties).keys.loadBare("bare")).contains(bare);
    }

    @Test
    void refuses_a_passphrase_that_is_short_or_missing_or_beside_the_keys() throws IOException {
        assertThatThrownBy(() -> TestDeployment.in(data(), new KeysProperties(passphrase("short"))))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("at least 12 characters");
        assertThatThrownBy(() -> TestDeployment.in(data(), new KeysProperties(directory.resolve("absent"))))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("cannot be read");
        Path inside = Files.writeString(data().resolve("passphrase"), "correct horse battery staple");
        assertThatThrownBy(() -> TestDeployment.in(data(), new KeysProperties(inside)))
                .isInstanceOf(AuthorityException.class)
                .hasMessageContaining("inside the data directory");
    }

    @Test
    void refuses_to_issue_when_the_authority_is_about_to_end() {
        TestDeployment deployment = TestDeployment.in(directory);
        deployment.clock.advance(Duration.ofDays(5 * 365 + 1));

        assertThatThrownBy(deployment.credentials::renewWhereDue)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("authority-ends");
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path passphrase(String content) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "passphrase", ""), content);
    }
}
