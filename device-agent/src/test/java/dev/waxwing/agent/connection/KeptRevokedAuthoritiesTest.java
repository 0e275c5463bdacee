package dev.waxwing.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.waxwing.agent.home.FlatJson;
import dev.waxwing.agent.home.Home;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.Bytes;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptRevokedAuthoritiesTest {

    @TempDir
    Path directory;

    private final TestPki pki = TestPki.create();
    private Home home;
    private Path file;

    @BeforeEach
    void create() throws Exception {
        home = Home.at(directory.resolve("home"));
        home.create();
        file = KeptRevokedAuthorities.file(home, pki.root());
    }

    private KeptRevokedAuthorities load() throws Exception {
        return KeptRevokedAuthorities.load(home, TrustedRoots.of(pki.root()));
    }

    private void assertKnown(KeptRevokedAuthorities kept, TestPki... revoked) {
        assertThat(kept.authorities().named(pki.root()))
                .containsExactlyInAnyOrderElementsOf(List.of(revoked).stream()
                        .map(each -> each.issuingCertificate().getSerialNumber())
                        .toList());
    }

    @Test
    void is_there_again_in_the_next_command_also_what_the_newest_list_does_not_name_any_more() throws Exception {
        KeptRevokedAuthorities first = load();
        first.authorities().take(pki.rootList(3, pki.issuingCertificate()));
        first.keep();
        assertKnown(load(), pki);

        TestPki next = pki.rotated();
        KeptRevokedAuthorities second = load();
        second.authorities().take(pki.rootList(4, next.issuingCertificate()));
        second.keep();
        KeptRevokedAuthorities third = load();
        assertKnown(third, pki, next);
        assertThat(third.authorities().newest(pki.root()))
                .isEqualTo(second.authorities().newest(pki.root()));
        assertThat(third.notices()).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void is_not_written_again_for_what_is_known() throws Exception {
        KeptRevokedAuthorities kept = load();
        kept.keep();
        assertThat(file).doesNotExist();
        kept.authorities().take(pki.rootList(3, pki.issuingCertificate()));
        kept.keep();
        Files.delete(file);
        kept.authorities().take(pki.rootList(2));
        kept.keep();
        assertThat(file).doesNotExist();
    }

    @Test
    void what_only_an_older_list_names_is_kept_beside_the_newest() throws Exception {
        KeptRevokedAuthorities kept = load();
        Bytes newest = pki.rootList(3);
        kept.authorities().take(newest);
        kept.keep();
        kept.authorities().take(pki.rootList(2, pki.issuingCertificate()));
        kept.keep();
        assertKnown(load(), pki);
        assertThat(load().authorities().newest(pki.root())).contains(newest);
    }

    @Test
    void is_found_by_the_root_alone_once_that_is_seen_and_one_that_cannot_be_read_is_not_taken_for_none()
            throws Exception {
        KeptRevokedAuthorities before = load();
        before.authorities().take(pki.rootList(3, pki.issuingCertificate()));
        before.keep();

        List<String> notices = new ArrayList<>();
        PinnedRevokedAuthorities pinned = new PinnedRevokedAuthorities(home, notices::add);
        pinned.keep();
        RevokedAuthorities known = pinned.apply(pki.root());
        assertThat(known.named(pki.root()))
                .containsExactly(pki.issuingCertificate().getSerialNumber());
        TestPki next = pki.rotated();
        known.take(pki.rootList(4, next.issuingCertificate()));
        assertThat(pinned.apply(pki.root())).isSameAs(known);
        pinned.keep();
        assertKnown(load(), pki, next);
        assertThat(notices).isEmpty();

        Files.delete(file);
        Files.createDirectory(file);
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> new PinnedRevokedAuthorities(home, notices::add).apply(pki.root()));
    }

    @Test
    void a_damaged_file_is_set_aside_and_told_and_does_not_lose_the_device() throws Exception {
        byte[] foreign = FlatJson.write(Map.of(
                "version",
                "1",
                "list",
                Base64.getEncoder().encodeToString(TestPki.create().rootList(3).toArray()),
                "named",
                List.of()));
        byte[] unreadable = FlatJson.write(Map.of("version", "1", "list", "x", "named", List.of("zz")));
        for (byte[] damage : new byte[][] {new byte[0], {'{'}, foreign, unreadable}) {
            Files.write(file, damage);
            KeptRevokedAuthorities kept = load();
            assertKnown(kept);
            assertThat(kept.notices()).singleElement().asString().contains("set aside", ".json.damaged");
            assertThat(kept.notices()).isEmpty();
            assertThat(file).doesNotExist();
            assertThat(home.resolve(file.getFileName() + ".damaged")).hasBinaryContent(damage);
        }
        KeptRevokedAuthorities anew = load();
        anew.authorities().take(pki.rootList(3, pki.issuingCertificate()));
        anew.keep();
        assertKnown(load(), pki);
    }
}
