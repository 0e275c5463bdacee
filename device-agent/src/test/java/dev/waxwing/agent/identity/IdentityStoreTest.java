package dev.waxwing.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.Home;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityStoreTest {

    private final TestPki pki = TestPki.create();
    private final Credential device = pki.issue(Role.DEVICE, "camera-7");

    @TempDir
    Path directory;

    private IdentityStore store;

    @BeforeEach
    void open() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        Home home = Home.at(directory);
        store = new IdentityStore(home, new KeyProtection(home, null, new SecureRandom()));
    }

    private Identity save(X509Certificate... roots) throws Exception {
        Identity identity = new Identity(
                new PeerName("camera-7"),
                device.chain(),
                TrustedRoots.of(List.of(roots)),
                List.of(new ServerAddress("127.0.0.1", 9999)),
                TestPki.NOW);
        store.save(identity, device.privateKey());
        return identity;
    }

    @Test
    void several_roots_come_back_in_their_order() throws Exception {
        X509Certificate next = TestPki.create().rootCertificate();
        Identity saved = save(pki.rootCertificate(), next);
        Identity loaded = store.load();

        assertThat(loaded.roots().certificates()).containsExactly(pki.rootCertificate(), next);
        assertThat(loaded.root().certificate()).isEqualTo(pki.rootCertificate());
        assertThat(loaded.subject())
                .as("counters go on under the root that was pinned")
                .isEqualTo(saved.subject());
    }

    /** The file as it was when an identity had one root: the same member, with one certificate. */
    @Test
    void an_identity_that_names_one_root_is_read() throws Exception {
        save(pki.rootCertificate());
        assertThat(Files.readString(store.file()))
                .contains("\"root\"")
                .contains(Certificates.toPem(List.of(pki.rootCertificate()))
                        .replace("\n", "\\n")
                        .substring(0, 200));
        assertThat(store.load().roots().all())
                .extracting(TrustedRoot::certificate)
                .containsExactly(pki.rootCertificate());
    }

    @Test
    void refuses_a_root_that_is_none() throws Exception {
        save(pki.rootCertificate());
        String text = Files.readString(store.file());
        String root = Certificates.toPem(List.of(pki.rootCertificate())).replace("\n", "\\n");
        String issuing = Certificates.toPem(List.of(pki.issuingCertificate())).replace("\n", "\\n");
        assertThat(text).contains(root);
        Files.writeString(store.file(), text.replace(root, root + issuing));
        assertThatThrownBy(store::load).isInstanceOf(AgentFailure.class).hasMessageContaining("damaged");
    }
}
