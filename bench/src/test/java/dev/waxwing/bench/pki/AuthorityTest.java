package dev.waxwing.bench.pki;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.StapledStatus;
import dev.waxwing.trust.TrustedRoot;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {

    @TempDir
    private Path work;

    @Test
    void makes_certificates_and_staples_that_the_channel_believes() throws Exception {
        Authority authority = Authority.likeWaxwing();
        Credential server = authority.issue(Role.SERVER, "bench-server");
        PeerVerifier verifier =
                new PeerVerifier(TrustedRoot.of(authority.root()), Role.SERVER, new StapledStatus(), Clock.systemUTC());

        assertThat(verifier.verify(server.chain(), authority.staple(server.certificate()))
                        .name()
                        .value())
                .isEqualTo("bench-server");
    }

    @Test
    void a_key_file_comes_back_as_it_was_written() throws Exception {
        Authority authority = Authority.allP256();
        KeyFile written = new KeyFile(authority.issueTls(true), authority.root());
        written.write(work.resolve("keys.p12"));
        KeyFile read = KeyFile.read(work.resolve("keys.p12"));

        assertThat(read.root()).isEqualTo(written.root());
        assertThat(read.credential().chain()).isEqualTo(written.credential().chain());
        assertThat(read.credential().privateKey().getEncoded())
                .isEqualTo(written.credential().privateKey().getEncoded());
    }
}
