package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.agent.connection.KeptRevokedAuthorities;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.upload.ServerDouble;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.evidence.ClassicEvidence;
import dev.waxwing.evidence.ClassicManifest;
import dev.waxwing.evidence.ClassicManifest.ContentSignature;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.EvidenceBundle;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.Receipt;
import dev.waxwing.evidence.TextLines;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Text;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.EncryptedPrivateKeyInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands as a person or a script uses them, against a server in this process. */
@Timeout(60)
class AgentCommandsTest {

    @TempDir
    Path directory;

    private ServerDouble server;
    private Path home;
    private final AgentShell shell = new AgentConfiguration().agentShell(new SecureRandom(), TestPki.CLOCK);

    private record Run(int status, String out, String err) {

        JsonNode json() {
            return JsonMapper.shared().readTree(out);
        }

        JsonNode item() {
            return json().get("items").get(0);
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = new ServerDouble();
        home = directory.resolve("home");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Run run(String... words) throws IOException {
        return runWith("", words);
    }

    private Run runWith(String input, String... words) throws IOException {
        ConsoleRecording console = new ConsoleRecording(input);
        List<String> line = Stream.concat(Stream.of("--home", home.toString(), "--json"), Stream.of(words))
                .toList();
        int status = shell.run(line, console.console());
        return new Run(status, console.out(), console.err());
    }

    private Path inviteFile() throws IOException {
        return Files.writeString(
                directory.resolve("invite"), server.invite("camera-1").encode() + "\n");
    }

    private void enrol() throws IOException {
        Run run = run("enroll", "--invite-file", inviteFile().toString());
        assertThat(run.status()).as(run.err()).isZero();
    }

    @Test
    void enrols_sends_and_verifies() throws IOException {
        Run enrolled = run("enroll", "--invite-file", inviteFile().toString());
        Path photograph = Files.write(directory.resolve("a photo.jpg"), new byte[] {1, 2, 3});
        Run text = run("text", "two  spaces", "and", "more");
        Run sent = run("send", photograph.toString());

        assertThat(enrolled.json().get("device").stringValue()).isEqualTo("camera-1");
        assertThat(enrolled.json().get("connected").booleanValue()).isTrue();
        assertThat(server.texts.get(1L).text()).isEqualTo("two  spaces and more");
        assertThat(text.item().get("state").stringValue()).isEqualTo("accepted");
        assertThat(sent.status()).isZero();
        assertThat(sent.item().get("name").stringValue()).isEqualTo("a photo.jpg");
        assertThat(sent.item().get("size").longValue()).isEqualTo(3);
        assertThat(sent.item().get("sha256").stringValue())
                .isEqualTo("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
        for (Run run : List.of(text, sent)) {
            Run verified = run("verify", run.item().get("receiptId").stringValue());
            assertThat(verified.status()).isZero();
            assertThat(verified.item().get("sha256")).isEqualTo(run.item().get("sha256"));
            assertThat(verified.json().get("trustLevel").stringValue()).isEqualTo("wxp2");
        }
        assertThat(run("history").json().get("items")).hasSize(2);
        assertThat(run("queue").json().get("items")).isEmpty();
    }

    @Test
    void tells_what_became_of_a_text_that_was_renumbered() throws IOException {
        enrol();
        server.durableCounter = 5;

        Run text = run("text", "hello");

        assertThat(text.status()).as(text.err()).isZero();
        assertThat(server.texts.firstKey()).isGreaterThan(5);
    }

    @Test
    void offers_the_suites_that_it_is_told_to() throws IOException {
        enrol();

        Run connected = run("--suites", "chacha20_poly1305_sha256,AES_256_GCM_SHA384", "connect");
        Run notAllowed = run("connect", "--suites=AES_128_CBC_HMAC_SHA256");

        assertThat(connected.json().get("suite").stringValue()).isEqualTo("CHACHA20_POLY1305_SHA256");
        assertThat(notAllowed.status()).isEqualTo(1);
        for (String wrong : List.of("ROT13", "", "AES_256_GCM_SHA384,AES_256_GCM_SHA384")) {
            assertThat(run("connect", "--suites", wrong).status()).as(wrong).isEqualTo(2);
        }
    }

    @Test
    void renews_the_keys_of_a_session() throws IOException {
        enrol();

        Run rekeyed = run("rekey");

        assertThat(rekeyed.status()).as(rekeyed.err()).isZero();
        assertThat(rekeyed.json().get("ratchets").intValue()).isEqualTo(1);
        assertThat(rekeyed.json().get("epoch").intValue()).isEqualTo(3);
    }

    @Test
    void takes_the_invite_from_standard_input() throws IOException {
        assertThat(runWith("  " + server.invite("camera-1").encode() + "\r\n", "enroll", "-")
                        .status())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"enroll wxi1.abc", "enroll - --invite-file x", "enroll"})
    void never_takes_the_invite_from_the_command_line(String words) throws IOException {
        assertThat(run(words.split(" ")).status()).isEqualTo(2);
        assertThat(server.enrolments).isZero();
    }

    @Test
    void refuses_a_second_enrolment_without_replace_and_keeps_the_identity() throws IOException {
        enrol();
        byte[] before = Files.readAllBytes(home.resolve("identity.json"));

        assertThat(run("enroll", "--invite-file", inviteFile().toString()).status())
                .isEqualTo(1);
        assertThat(Files.readAllBytes(home.resolve("identity.json"))).isEqualTo(before);
        assertThat(server.enrolments).isEqualTo(1);
    }

    private KeptRevokedAuthorities keptRevocations() throws IOException {
        return KeptRevokedAuthorities.load(Home.at(home), TrustedRoots.of(server.pki.root()));
    }

    /** The device has learnt that the authority of whoever poses as its server is revoked. */
    private void learn() throws IOException, UntrustedException {
        KeptRevokedAuthorities kept = keptRevocations();
        kept.authorities().take(server.pki.rootList(7, server.pki.issuingCertificate()));
        kept.keep();
    }

    @ParameterizedTest
    @ValueSource(strings = {"as it was", "damaged", "missing"})
    void no_thief_of_a_revoked_authority_reads_an_invite_whatever_became_of_the_identity(String identity)
            throws IOException, UntrustedException {
        enrol();
        learn();
        switch (identity) {
            case "damaged" -> Files.writeString(home.resolve("identity.json"), "{");
            case "missing" -> Files.delete(home.resolve("identity.json"));
            default -> {}
        }
        server.renewInvite();

        Run replaced = run("enroll", "--replace", "--invite-file", inviteFile().toString());

        assertThat(replaced.status()).isEqualTo(1);
        assertThat(replaced.out() + replaced.err()).contains("an authority that is revoked", "a thief of its key");
        assertThat(server.enrolments).isEqualTo(1);
        assertThat(keptRevocations().authorities().named(server.pki.root()))
                .containsExactly(server.pki.issuingCertificate().getSerialNumber());
    }

    @Test
    void what_an_enrolment_shows_of_revoked_authorities_is_kept_also_if_it_fails() throws IOException {
        TestPki stolen = server.pki.rotated();
        server.rootList = server.pki.rootList(7, stolen.issuingCertificate());
        server.enrolledKey(Bytes.fromHex("00"));

        Run refused = run("enroll", "--invite-file", inviteFile().toString());

        assertThat(refused.status()).isEqualTo(1);
        assertThat(keptRevocations().authorities().newest(server.pki.root())).contains(server.rootList);
        assertThat(keptRevocations().authorities().named(server.pki.root()))
                .containsExactly(stolen.issuingCertificate().getSerialNumber());
    }

    @Test
    void keeps_the_old_identity_when_a_replacement_fails() throws IOException {
        enrol();
        byte[] before = Files.readAllBytes(home.resolve("identity.json"));
        Run replaced = run("enroll", "--replace", "--invite-file", inviteFile().toString());

        // The invite is bound to the first key.
        assertThat(replaced.status()).isEqualTo(1);
        assertThat(replaced.json().get("reference").stringValue()).matches("[0-9a-f]{16}");
        assertThat(Files.readAllBytes(home.resolve("identity.json"))).isEqualTo(before);
        assertThat(run("text", "still here").status()).isZero();
    }

    @Test
    void uses_the_same_key_again_when_the_answer_to_an_enrolment_was_lost() throws IOException {
        server.loseEnrolmentAnswers = true;
        Run lost = run("enroll", "--invite-file", inviteFile().toString());
        server.loseEnrolmentAnswers = false;

        assertThat(lost.status()).isEqualTo(1);
        assertThat(home.resolve("identity.json")).doesNotExist();
        enrol();
        assertThat(server.enrolments).isEqualTo(2);
        assertThat(home.resolve("enrolment.json")).doesNotExist();
    }

    @Test
    void tells_what_is_wrong_with_an_invite() throws IOException {
        Run run = runWith("not an invite", "enroll", "-");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.json().get("error").stringValue()).contains("wxi1.");
    }

    @Test
    void reads_a_text_from_standard_input_without_its_last_line_break() throws IOException {
        enrol();
        runWith("first line\nsecond line\n", "text", "-");

        assertThat(server.texts.get(1L).text()).isEqualTo("first line\nsecond line");
    }

    @Test
    void sends_each_line_of_standard_input_as_a_text_of_its_own() throws IOException {
        enrol();
        Run run = runWith("one\n\ntwo\r\nthree", "text", "--lines", "-");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(server.texts.values()).extracting(Text::text).containsExactly("one", "two", "three");
        assertThat(run.json().get("accepted").asInt()).isEqualTo(3);
        assertThat(run.item().get("receiptId").stringValue()).isNotEmpty();
    }

    @Test
    void sends_more_lines_than_one_group_holds() throws IOException {
        enrol();
        int count = 2_500;
        Run run = runWith("a line of many\n".repeat(count), "text", "--lines", "-");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(server.texts).hasSize(count);
        assertThat(run.json().get("accepted").asInt()).isEqualTo(count);
    }

    @Test
    void keeps_the_lines_before_one_that_cannot_be_a_text_and_takes_none_after_it() throws IOException {
        enrol();
        Run run = runWith("good\n" + "x".repeat(Text.MAX_BYTES + 1) + "\nafter\n", "text", "--lines", "-");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.json().get("error").stringValue()).contains("line 2");
        assertThat(server.texts.values()).extracting(Text::text).containsExactly("good");
    }

    @Test
    void queues_lines_while_the_server_is_away() throws IOException {
        enrol();
        server.close();
        Run run = runWith("one\ntwo\n", "text", "--lines", "-", "--timeout", "1s");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run("queue").json().get("items")).hasSize(2);
    }

    @Test
    void lines_are_for_standard_input_only() throws IOException {
        enrol();
        assertThat(runWith("", "text", "--lines", "word").status()).isEqualTo(2);
        assertThat(runWith("", "text", "--lines", "-").status()).isEqualTo(2);
    }

    @Test
    void refuses_a_text_that_is_empty_or_too_long() throws IOException {
        enrol();

        assertThat(run("text", "").status()).isEqualTo(2);
        assertThat(runWith("x".repeat(Text.MAX_BYTES + 1), "text", "-").status())
                .isEqualTo(1);
        assertThat(runWith("x".repeat(Text.MAX_BYTES) + "\n", "text", "-").status())
                .isZero();
    }

    @Test
    void queues_first_and_delivers_with_the_next_command_when_the_server_was_away() throws IOException {
        enrol();
        server.admissions.add(new RefusedException(AlertCode.BUSY, "busy", Duration.ofHours(1), null));
        Run first = run("text", "one");
        Run second = run("text", "two");

        assertThat(first.status()).isEqualTo(1);
        assertThat(first.item().get("state").stringValue()).isEqualTo("queued");
        assertThat(first.json().get("error").stringValue()).contains("busy");
        assertThat(second.status()).isZero();
        assertThat(server.texts.values()).extracting(Text::text).containsExactly("one", "two");
    }

    @Test
    void fails_when_one_of_several_files_is_refused_and_still_sends_the_others() throws IOException {
        enrol();
        Path good = Files.write(directory.resolve("good"), new byte[10]);
        Path bad = Files.write(directory.resolve("bad"), new byte[10]);
        server.interception = (message, honest) ->
                message instanceof UploadOpen open && open.name().equals("bad")
                        ? Optional.of(List.of(ServerDouble.refused(open.id(), RefusalReason.POLICY, Duration.ZERO)))
                        : Optional.empty();

        Run run = run("send", bad.toString(), good.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.json().get("reference").stringValue()).isEqualTo("0000000000abcdef");
        assertThat(run.json().get("items").findValuesAsString("state")).containsExactly("refused", "accepted");
    }

    @Test
    void queues_none_of_several_files_when_one_is_missing() throws IOException {
        enrol();
        Path good = Files.write(directory.resolve("good"), new byte[10]);

        Run run = run("send", good.toString(), directory.resolve("missing").toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run("queue").json().get("items")).isEmpty();
    }

    @Test
    void needs_an_identity_to_send() throws IOException {
        Run run = run("text", "hello");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.json().get("error").stringValue()).contains("not enrolled");
    }

    @Test
    void finds_everything_right_after_enrolment_but_warns_of_the_passphrase_beside_the_key() throws IOException {
        enrol();
        Run run = run("doctor");

        assertThat(run.status()).isZero();
        assertThat(run.json().get("checks"))
                .allSatisfy(check -> assertThat(check.get("outcome").stringValue())
                        .isEqualTo(check.get("check").stringValue().equals("key") ? "warn" : "ok"));
    }

    @Test
    void finds_a_home_that_others_can_write() throws IOException {
        enrol();
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThat(run("doctor").status()).isEqualTo(1);
        assertThat(run("text", "hello").status()).isEqualTo(1);
        assertThat(server.texts).isEmpty();
    }

    @Test
    void refuses_a_key_that_others_can_read() throws IOException {
        enrol();
        Files.setPosixFilePermissions(home.resolve("identity.json"), PosixFilePermissions.fromString("rw-r--r--"));

        Run run = run("text", "hello");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.json().get("advice").stringValue()).contains("chmod 600");
    }

    @Test
    void keeps_the_passphrase_outside_of_the_home_when_asked_to() throws IOException {
        Path passphrase = Files.writeString(directory.resolve("passphrase"), "correct horse\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
        String[] enroll = {
            "--passphrase-file",
            passphrase.toString(),
            "enroll",
            "--invite-file",
            inviteFile().toString()
        };

        assertThat(run(enroll).status()).isZero();
        assertThat(home.resolve("key.passphrase")).doesNotExist();
        assertThat(run("text", "hello").json().get("advice").stringValue()).contains("--passphrase-file");
        assertThat(run("text", "hello", "--passphrase-file", passphrase.toString())
                        .status())
                .isZero();
        assertThat(run("status").status()).isZero();
    }

    @Test
    void says_of_evidence_that_holds_whether_it_is_of_classic() throws Exception {
        enrol();
        Path bundle = classicBundle("hello");

        Run run = run("verify", bundle.toString());

        assertThat(run.status()).as(run.out() + run.err()).isZero();
        assertThat(run.item().get("state").stringValue()).isEqualTo("verified");
        assertThat(run.json().get("trustLevel").stringValue()).isEqualTo("classic");
        ConsoleRecording console = new ConsoleRecording("");
        assertThat(shell.run(List.of("--home", home.toString(), "verify", bundle.toString()), console.console()))
                .isZero();
        assertThat(console.out()).contains("CLASSIC", "did not sign it");
    }

    /** The evidence of a text that came by classic to the server of the device. */
    private Path classicBundle(String text) throws Exception {
        ItemId id = ItemId.parse("00112233445566778899aabbccddeeff");
        Bytes key = Bytes.of(TestPki.rsa(2048).getPublic().getEncoded());
        Bytes line = TextLines.classicLine(id, TestPki.NOW, text);
        Bytes manifest = new ClassicManifest(
                        new PeerName("old-camera"),
                        Manifest.sha256(key),
                        id,
                        TextLines.NAME,
                        TextLines.MEDIA_TYPE,
                        line.size(),
                        Manifest.sha256(line),
                        ContentSignature.NONE,
                        TestPki.NOW)
                .encode();
        Bytes receipt = new Receipt(
                        TestPki.NOW,
                        Manifest.sha256(manifest),
                        Bytes.fromHex("ffeeddccbbaa99887766554433221100"),
                        new SessionId(Bytes.fromHex("0123456789abcdef0123456789abcdef")),
                        TrustLevel.CLASSIC)
                .encode();
        ClassicEvidence evidence = new ClassicEvidence(
                manifest,
                Optional.empty(),
                key,
                receipt,
                DetachedSignature.sign(receipt, server.receiptSigner),
                server.pki.rootCertificate(),
                List.of(server.pki.issuingCertificate()),
                server.receiptSigner.certificate(),
                server.pki.crl(List.of()));
        Path bundle = directory.resolve("bundle.zip");
        try (OutputStream out = Files.newOutputStream(bundle)) {
            EvidenceBundle.write(evidence, new ByteArrayInputStream(line.toArray()), out);
        }
        return bundle;
    }

    @Test
    void finds_a_receipt_whose_texts_were_changed() throws IOException {
        enrol();
        String id = run("text", "hello").item().get("receiptId").stringValue();
        Path texts = home.resolve("receipts").resolve(id).resolve("texts.jsonl");
        Files.writeString(texts, Files.readString(texts).replace("hello", "jello"));

        assertThat(run("verify", id).status()).isEqualTo(1);
    }

    @Test
    void finds_a_receipt_that_was_changed() throws IOException {
        enrol();
        String id = run("text", "hello").item().get("receiptId").stringValue();
        Path receipt = home.resolve("receipts").resolve(id).resolve("receipt.json");
        Files.writeString(receipt, Files.readString(receipt).replace("2026", "2025"));

        Run run = run("verify", receipt.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.item().get("state").stringValue()).isEqualTo("not verified");
    }

    @Test
    void believes_no_receipt_without_a_root_of_its_own() throws IOException {
        enrol();
        String id = run("text", "hello").item().get("receiptId").stringValue();
        Path receipt = home.resolve("receipts").resolve(id);
        home = directory.resolve("not-enrolled");

        Run run = run("verify", receipt.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.item().get("state").stringValue()).isEqualTo("not verified");
        assertThat(run.err()).contains("root");
    }

    @Test
    void finds_a_manifest_that_somebody_else_signed() throws IOException {
        enrol();
        String id = run("text", "hello").item().get("receiptId").stringValue();
        Path receipt = home.resolve("receipts").resolve(id);
        Credential stranger = TestPki.create().issue(Role.DEVICE, "camera-1");
        Bytes manifest = Bytes.of(Files.readAllBytes(receipt.resolve("manifest.json")));
        Files.write(
                receipt.resolve("manifest.p7s"),
                DetachedSignature.sign(manifest, stranger).toArray());
        Files.writeString(
                receipt.resolve("chain.pem"), Certificates.toPem(stranger.chain()), StandardOpenOption.APPEND);

        assertThat(run("verify", id).status()).isEqualTo(1);
    }

    @Test
    void says_that_nothing_by_that_name_can_be_verified() throws IOException {
        assertThat(run("verify", "0123456789abcdef0123456789abcdef").status()).isEqualTo(1);
    }

    @Test
    void keeps_every_file_private() throws IOException {
        enrol();
        run("text", "hello");

        try (Stream<Path> tree = Files.walk(home)) {
            assertThat(tree)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
        }
    }

    @Test
    void keeps_the_key_encrypted() throws IOException {
        enrol();

        assertThat(home.resolve("identity.json")).content().doesNotContain("PRIVATE KEY");
        byte[] key = Base64.getDecoder()
                .decode(JsonMapper.shared()
                        .readTree(home.resolve("identity.json"))
                        .get("key")
                        .stringValue());
        assertThat(new EncryptedPrivateKeyInfo(key).getAlgName()).isNotEmpty();
    }

    @Test
    void connects_and_sends_everything_that_waits() throws IOException {
        enrol();
        server.admissions.add(new RefusedException(AlertCode.BUSY, "busy", Duration.ofHours(1), null));
        run("text", "one");
        Run run = run("connect");

        assertThat(run.status()).isZero();
        assertThat(run.json().get("items").findValuesAsString("state")).containsExactly("accepted");
        assertThat(run("status").json().get("lastContact").stringValue()).isEqualTo("2026-06-01T12:00:00Z");
    }
}
