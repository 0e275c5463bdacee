package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.agent.upload.ServerDouble;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.media.DeviceMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.RenewalAnswer;
import dev.waxwing.media.RenewalRefused;
import dev.waxwing.media.RenewalRequest;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.SessionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How a device renews its certificate, interrupted wherever it can be, and comes back after the end (section 16). */
@Timeout(60)
class RenewalTest {

    private static final SessionId ANY = new SessionId(Bytes.of(new byte[16]));

    @TempDir
    Path directory;

    private ServerDouble server;
    private Path home;
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return server.now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };
    private final AgentShell shell = new AgentConfiguration().agentShell(new SecureRandom(), clock);

    private record Run(int status, String out, String err) {

        JsonNode json() {
            return JsonMapper.shared().readTree(out);
        }

        String text(String member) {
            return json().get(member).stringValue();
        }
    }

    @BeforeEach
    void enrol() throws IOException {
        server = new ServerDouble();
        home = directory.resolve("home");
        Path invite = Files.writeString(
                directory.resolve("invite"), server.invite("camera-1").encode());
        run("enroll", "--invite-file", invite.toString());
        server.admitted.clear();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Run run(String... words) throws IOException {
        ConsoleRecording console = new ConsoleRecording("");
        List<String> line = Stream.concat(Stream.of("--home", home.toString(), "--json"), Stream.of(words))
                .toList();
        int status = shell.run(line, console.console());
        return new Run(status, console.out(), console.err());
    }

    private Run succeed(String... words) throws IOException {
        Run run = run(words);
        assertThat(run.status()).as(run.out() + run.err()).isZero();
        return run;
    }

    private void pass(Duration time) {
        server.now = server.now.plus(time);
    }

    private String serialNumber() throws IOException {
        return run("status").text("certificateSerialNumber").replaceFirst("^0", "");
    }

    private Path file(String name) {
        return home.resolve(name);
    }

    /** Answers the next renewal so, and every other message honestly. */
    private void onRenewal(ServerDouble.Interception once) {
        server.interception = (message, double_) -> {
            if (!(message instanceof RenewalRequest)) {
                return Optional.empty();
            }
            server.interception = (_, _) -> Optional.empty();
            return once.answer(message, double_);
        };
    }

    private long keysAskedFor() {
        Set<Bytes> keys = new HashSet<>();
        server.received.forEach(message -> {
            if (message instanceof RenewalRequest renewal) {
                keys.add(key(renewal));
            }
        });
        return keys.size();
    }

    private static Bytes key(RenewalRequest renewal) {
        try {
            return Bytes.of(new JcaPKCS10CertificationRequest(renewal.request().toArray())
                    .getPublicKey()
                    .getEncoded());
        } catch (Exception malformed) {
            throw new AssertionError(malformed);
        }
    }

    @Test
    void renews_by_itself_after_two_thirds_and_not_before() throws IOException {
        String first = serialNumber();
        pass(Duration.ofDays(59));
        succeed("text", "early");
        assertThat(server.count(RenewalRequest.class)).isZero();
        pass(Duration.ofDays(2));

        Run text = succeed("text", "late");

        assertThat(text.err()).contains("certificate renewed").contains("is in use");
        assertThat(serialNumber()).isNotEqualTo(first);
        assertThat(server.admitted).containsExactly(first, first, serialNumber());
        assertThat(file("next.json")).doesNotExist();
        assertThat(file("renewal.json")).doesNotExist();
        succeed("text", "later");
        assertThat(server.count(RenewalRequest.class)).isEqualTo(1);
    }

    @Test
    void renews_when_it_is_told_to() throws IOException {
        String first = serialNumber();

        Run renewed = succeed("renew");

        assertThat(renewed.text("certificateSerialNumber")).endsWith(serialNumber());
        assertThat(renewed.text("formerCertificateSerialNumber")).endsWith(first);
        assertThat(serialNumber()).isNotEqualTo(first);
        assertThat(server.received)
                .anyMatch(message -> message instanceof RenewalRequest(boolean early, var _) && early);
        assertThat(server.admitted).containsExactly(first, serialNumber());
        succeed("text", "with the new one");
    }

    @Test
    void asks_with_the_same_key_when_the_answer_was_lost() throws IOException {
        pass(Duration.ofDays(61));
        onRenewal((message, double_) -> {
            double_.honestly(message, ANY);
            double_.breakConnections();
            throw new IOException("cut off");
        });

        succeed("text", "hello");

        assertThat(server.count(RenewalRequest.class)).isEqualTo(2);
        assertThat(keysAskedFor()).isEqualTo(1);
        assertThat(server.renewed).hasSize(1);
        assertThat(server.admitted).last().isEqualTo(serialNumber());
    }

    @Test
    void asks_with_the_same_key_after_a_kill_before_the_answer() throws IOException {
        pass(Duration.ofDays(61));
        onRenewal((_, double_) -> {
            double_.breakConnections();
            throw new IOException("cut off");
        });
        assertThat(run("renew").text("advice")).contains("the key is kept");
        assertThat(file("renewal.json")).exists();

        succeed("text", "again");

        assertThat(keysAskedFor()).isEqualTo(1);
        assertThat(file("renewal.json")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "cut", "zeros", "garbage", "another file", "broken key"})
    void sets_a_damaged_key_of_a_renewal_aside_and_renews_with_another(String damage) throws IOException {
        String first = serialNumber();
        pass(Duration.ofDays(61));
        onRenewal((_, double_) -> {
            double_.breakConnections();
            throw new IOException("cut off");
        });
        run("renew");
        byte[] damaged = DamagedFile.damage(file("renewal.json"), damage);

        Run renewed = succeed("renew");

        assertThat(renewed.err()).contains("set aside as renewal.json.damaged").contains("another key");
        assertThat(file("renewal.json.damaged")).hasBinaryContent(damaged);
        assertThat(file("renewal.json")).doesNotExist();
        assertThat(keysAskedFor()).isEqualTo(2);
        assertThat(serialNumber()).isNotEqualTo(first);
        succeed("text", "goes on");
        assertThat(server.admitted).last().isEqualTo(serialNumber());
    }

    @Test
    void a_wrong_passphrase_for_the_key_of_a_renewal_changes_nothing() throws IOException {
        Path right = passphrase("right");
        Path wrong = passphrase("wrong");
        pass(Duration.ofDays(61));
        onRenewal((_, double_) -> {
            double_.breakConnections();
            throw new IOException("cut off");
        });
        run("renew", "--passphrase-file", right.toString());
        byte[] kept = Files.readAllBytes(file("renewal.json"));

        Run refused = run("renew", "--passphrase-file", wrong.toString());

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).contains("the key of the renewal that was begun cannot be decrypted", "is damaged");
        assertThat(file("renewal.json")).hasBinaryContent(kept);
        assertThat(file("renewal.json.damaged")).doesNotExist();
        succeed("renew", "--passphrase-file", right.toString());
        assertThat(keysAskedFor()).isEqualTo(1);
    }

    private Path passphrase(String words) throws IOException {
        Path file = Files.writeString(directory.resolve(words), words + " passphrase\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    @Test
    void does_not_set_a_key_aside_that_others_may_read() throws IOException {
        pass(Duration.ofDays(61));
        onRenewal((_, double_) -> {
            double_.breakConnections();
            throw new IOException("cut off");
        });
        run("renew");
        Files.setPosixFilePermissions(file("renewal.json"), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(run("renew").out()).contains("others may read");

        assertThat(file("renewal.json")).exists();
        Files.setPosixFilePermissions(file("renewal.json"), PosixFilePermissions.fromString("rw-------"));
        succeed("renew");
        assertThat(keysAskedFor()).isEqualTo(1);
    }

    @Test
    void uses_what_it_got_before_a_kill_with_its_next_session() throws IOException {
        String first = serialNumber();
        renewWithoutUse();
        assertThat(serialNumber()).isEqualTo(first);
        assertThat(run("status").text("nextCertificateSerialNumber")).isNotNull();

        succeed("connect");

        assertThat(serialNumber()).isNotEqualTo(first).isEqualTo(server.admitted.getLast());
        assertThat(server.count(RenewalRequest.class)).isEqualTo(1);
    }

    /** The session in which it is renewed is the last for now. */
    private void renewWithoutUse() throws IOException {
        pass(Duration.ofDays(61));
        onRenewal((message, double_) -> {
            double_.admissions.add(new RefusedException(AlertCode.BUSY, "busy", Duration.ofHours(1), null));
            return Optional.of(double_.honestly(message, ANY));
        });
        Run text = succeed("text", "hello");
        assertThat(text.err()).contains("not in use yet");
        assertThat(file("next.json")).exists();
    }

    @Test
    void is_not_locked_out_by_a_kill_between_session_accept_and_the_change_of_identity() throws IOException {
        String first = serialNumber();
        renewWithoutUse();
        byte[] current = Files.readAllBytes(file("identity.json"));
        byte[] next = Files.readAllBytes(file("next.json"));
        succeed("connect");
        server.unwanted.add(first); // The server knows of the new one's use.
        Files.write(file("identity.json"), current);
        Files.copy(file("identity.json"), file("next.json"));
        Files.write(file("next.json"), next);

        succeed("text", "still here");

        assertThat(serialNumber()).isNotEqualTo(first);
        assertThat(file("next.json")).doesNotExist();
    }

    @Test
    void falls_back_to_the_old_certificate_when_the_server_refuses_the_new_one() throws IOException {
        String first = serialNumber();
        renewWithoutUse();
        server.unwanted.add(run("status").text("nextCertificateSerialNumber").replaceFirst("^0", ""));

        succeed("text", "with the old one");

        assertThat(server.renewed).as("it has begun again, with another key").hasSize(2);
        assertThat(keysAskedFor()).isEqualTo(2);
        assertThat(server.admitted).startsWith(first, first);
        assertThat(serialNumber()).isNotEqualTo(first).isEqualTo(server.admitted.getLast());
    }

    @Test
    void renew_gets_another_certificate_when_the_one_at_hand_is_refused() throws IOException {
        renewWithoutUse();
        server.unwanted.add(run("status").text("nextCertificateSerialNumber").replaceFirst("^0", ""));

        Run renewed = succeed("renew");

        assertThat(renewed.text("certificateSerialNumber")).endsWith(server.admitted.getLast());
        assertThat(server.unwanted).doesNotContain(serialNumber());
        assertThat(server.renewed).hasSize(2);
    }

    @Test
    void renew_fails_when_the_server_refuses_what_it_has_just_made() throws IOException {
        String first = serialNumber();
        onRenewal((message, double_) -> {
            List<ServerMessage> made = double_.honestly(message, ANY);
            double_.admissions.add(new RefusedException(AlertCode.AUTH_FAILED, "not this one"));
            return Optional.of(made);
        });

        Run renew = run("renew");

        assertThat(renew.status()).isEqualTo(1);
        assertThat(renew.text("error")).contains("then refused it");
        assertThat(renew.text("reference")).matches("[0-9a-f]{16}");
        assertThat(serialNumber()).isEqualTo(first);
        succeed("renew");
    }

    @Test
    void a_damaged_next_identity_does_not_keep_the_current_one_out() throws IOException {
        String first = serialNumber();
        renewWithoutUse();
        Files.writeString(file("next.json"), "{");
        assertThat(serialNumber()).isEqualTo(first);

        Run text = succeed("text", "still here");

        assertThat(text.err()).containsOnlyOnce("next.json");
        assertThat(server.admitted).startsWith(first, first);
        assertThat(serialNumber()).as("it is renewed again").isNotEqualTo(first);
    }

    @Test
    void a_server_that_did_not_answer_is_asked_again_to_let_the_device_back_in() throws IOException {
        String first = serialNumber();
        server.unwanted.add(first);
        server.letsBackIn = true;
        server.deafToEnrolments.set(1);

        succeed("text", "hello");

        assertThat(serialNumber()).isNotEqualTo(first);
    }

    @Test
    void a_next_identity_of_another_enrolment_counts_for_nothing() throws IOException {
        renewWithoutUse();
        byte[] next = Files.readAllBytes(file("next.json"));
        server.renewInvite();
        succeed(
                "enroll",
                "--replace",
                "--invite-file",
                directory.resolve("invite").toString());
        assertThat(file("next.json")).doesNotExist();
        String second = serialNumber();
        Files.copy(file("identity.json"), file("next.json"));
        Files.write(file("next.json"), next);

        succeed("text", "hello");

        assertThat(serialNumber()).isEqualTo(second);
        assertThat(server.admitted).last().isEqualTo(second);
    }

    @Test
    void refuses_a_certificate_for_another_key_and_keeps_its_own() throws IOException {
        String first = serialNumber();
        pass(Duration.ofDays(61));
        Credential foreign = server.pki.issue(Role.DEVICE, "camera-1");
        onRenewal((_, _) -> Optional.of(List.of(answer(foreign))));

        Run renew = run("renew");

        assertThat(renew.status()).isEqualTo(1);
        assertThat(renew.text("error")).contains("cannot be believed");
        assertThat(serialNumber()).isEqualTo(first);
        assertThat(file("next.json")).doesNotExist();
        succeed("renew");
        assertThat(keysAskedFor()).isEqualTo(1);
    }

    @Test
    void refuses_a_certificate_in_another_name() throws IOException {
        onRenewal((message, double_) -> Optional.of(List.of(answer(double_.pki
                .request(Role.DEVICE, "camera-2")
                .keys(new KeyPair(publicKey(message), double_.pki.issuing().privateKey()))
                .issue()))));

        assertThat(run("renew").text("error")).contains("cannot be believed");
        assertThat(file("next.json")).doesNotExist();
    }

    private static PublicKey publicKey(DeviceMessage message) {
        try {
            return new JcaPKCS10CertificationRequest(
                            ((RenewalRequest) message).request().toArray())
                    .getPublicKey();
        } catch (Exception malformed) {
            throw new AssertionError(malformed);
        }
    }

    private static ServerMessage answer(Credential credential) {
        return new RenewalAnswer(
                credential.chain().stream().map(Certificates::encode).toList());
    }

    @Test
    void a_renewal_that_nobody_asked_for_ends_the_session() throws IOException {
        Credential foreign = server.pki.issue(Role.DEVICE, "camera-1");
        server.interception = (_, _) -> Optional.of(List.of(answer(foreign)));
        assertThat(run("text", "hello").text("error")).contains("cannot be believed");
    }

    @Test
    void a_refusal_for_good_costs_the_key_and_nothing_else() throws IOException {
        pass(Duration.ofDays(61));
        onRenewal((_, _) -> Optional.of(
                List.of(new RenewalRefused(RefusalReason.CONFLICT, new Incident(0xABCDEF), Duration.ZERO))));

        Run text = succeed("text", "hello");

        assertThat(text.err()).contains("not renewed").contains("reference 0000000000abcdef");
        assertThat(file("renewal.json")).doesNotExist();
        succeed("text", "again");
        assertThat(keysAskedFor()).isEqualTo(2);
    }

    @Test
    void a_refusal_for_now_keeps_the_key() throws IOException {
        onRenewal((_, _) -> Optional.of(
                List.of(new RenewalRefused(RefusalReason.TOO_MANY, new Incident(0xABCDEF), Duration.ofHours(5)))));

        Run renew = run("renew");

        assertThat(renew.status()).isEqualTo(1);
        assertThat(renew.text("error")).contains("18000 s");
        assertThat(renew.text("reference")).isEqualTo("0000000000abcdef");
        succeed("renew");
        assertThat(keysAskedFor()).isEqualTo(1);
    }

    @Test
    void says_what_to_ask_for_when_the_certificate_has_ended_and_keeps_the_queue() throws IOException {
        pass(Duration.ofDays(1));
        Path photograph = Files.write(directory.resolve("photo.jpg"), new byte[] {1, 2, 3});
        end();

        Run text = run("text", "hello");
        Run send = run("send", photograph.toString());

        for (Run run : List.of(text, send)) {
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.text("error"))
                    .contains("ended at 2026-06-11T12:00:00Z")
                    .contains("not let the device back in");
            assertThat(run.text("advice"))
                    .contains("let camera-1 back in")
                    .contains("/api/v1/devices/camera-1/readmission");
            assertThat(run.text("reference")).matches("[0-9a-f]{16}");
        }
        assertThat(run("queue").json().get("items")).hasSize(2);
        assertThat(run("doctor", "--offline").out()).contains("let this device back in");
    }

    /** The device's certificate is one of ten days, and they have passed. */
    private void end() throws IOException {
        server.lifetime = Duration.ofDays(9);
        succeed("renew");
        server.lifetime = Duration.ofDays(90);
        server.renewInvite();
        pass(Duration.ofDays(20));
    }

    @Test
    void comes_back_when_it_is_let_in_sends_what_waited_and_renews_its_key() throws IOException {
        pass(Duration.ofDays(1));
        end();
        String ended = serialNumber();
        run("text", "waits");
        letIn();

        Run text = succeed("text", "hello");

        assertThat(text.err()).contains("let this device back in").contains("certificate renewed");
        assertThat(server.texts.values()).extracting(each -> each.text()).containsExactly("waits", "hello");
        assertThat(serialNumber()).isNotEqualTo(ended).isEqualTo(server.admitted.getLast());
        assertThat(server.received)
                .anyMatch(message -> message instanceof RenewalRequest(boolean early, var _) && early);
        long asked = server.count(RenewalRequest.class);
        succeed("text", "as ever");
        assertThat(server.count(RenewalRequest.class)).isEqualTo(asked);
    }

    /** The first to come is let in, and nobody else. */
    private void letIn() {
        server.letsBackIn = true;
        server.enrolledKey(server.renewed.keySet().iterator().next());
    }

    @Test
    void renew_is_a_way_back_too() throws IOException {
        pass(Duration.ofDays(1));
        end();
        letIn();
        succeed("renew");
        assertThat(server.admitted).last().isEqualTo(serialNumber());
    }

    @Test
    void signs_again_what_waited_under_a_certificate_that_has_ended() throws Exception {
        pass(Duration.ofDays(1));
        server.lifetime = Duration.ofDays(9);
        succeed("renew");
        server.lifetime = Duration.ofDays(90);
        Path photograph = Files.write(directory.resolve("photo.jpg"), new byte[] {1, 2, 3});
        server.interception = (message, double_) -> {
            if (message instanceof UploadSeal) {
                double_.admissions.add(new RefusedException(AlertCode.BUSY, "busy", Duration.ofHours(1), null));
                double_.breakConnections();
                throw new IOException("cut off");
            }
            return Optional.empty();
        };
        assertThat(run("send", photograph.toString()).status()).isEqualTo(1);
        UploadSeal before = lastSeal();
        server.interception = (_, _) -> Optional.empty();
        pass(Duration.ofDays(20));
        letIn();

        succeed("connect");

        UploadSeal after = lastSeal();
        assertThat(after.manifest()).isEqualTo(before.manifest());
        assertThat(DetachedSignature.signer(after.signature()))
                .isNotEqualTo(DetachedSignature.signer(before.signature()));
        verifyLatest();
    }

    @Test
    void keeps_the_receipt_of_what_was_accepted_before_with_the_certificate_of_then() throws Exception {
        pass(Duration.ofDays(1));
        server.lifetime = Duration.ofDays(9);
        succeed("renew");
        server.lifetime = Duration.ofDays(90);
        Path photograph = Files.write(directory.resolve("photo.jpg"), new byte[] {1, 2, 3});
        server.interception = (message, double_) -> {
            if (message instanceof UploadSeal) {
                double_.honestly(message, ANY);
                double_.admissions.add(new RefusedException(AlertCode.BUSY, "busy", Duration.ofHours(1), null));
                double_.breakConnections();
                throw new IOException("cut off");
            }
            return Optional.empty();
        };
        assertThat(run("send", photograph.toString()).status()).isEqualTo(1);
        server.interception = (_, _) -> Optional.empty();
        pass(Duration.ofDays(20));
        letIn();

        succeed("connect");

        verifyLatest();
    }

    private void verifyLatest() throws IOException {
        String receipt =
                run("history").json().get("items").get(0).get("receiptId").stringValue();
        succeed("verify", receipt);
    }

    private UploadSeal lastSeal() {
        return server.received.stream()
                .filter(UploadSeal.class::isInstance)
                .map(UploadSeal.class::cast)
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    @Test
    void who_is_refused_though_the_certificate_has_not_ended_asks_once_to_come_back() throws IOException {
        String first = serialNumber();
        server.unwanted.add(first);

        Run refused = run("text", "hello");

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.text("error")).contains("refused this device");
        assertThat(refused.text("reference")).matches("[0-9a-f]{16}");
        assertThat(refused.text("advice"))
                .contains("let camera-1 back in")
                .contains("restored from a backup")
                .contains("enroll --replace");
        server.letsBackIn = true;
        succeed("text", "again");
        assertThat(serialNumber()).isNotEqualTo(first);
    }

    @Test
    void status_and_doctor_say_when_the_renewal_is_due() throws IOException {
        assertThat(run("status").text("renewalDue")).isEqualTo("2026-07-31T12:00:00Z");
        assertThat(run("doctor", "--offline").out()).doesNotContain("not renewed yet");
        pass(Duration.ofDays(61));
        assertThat(run("doctor", "--offline").out()).contains("not renewed yet").contains("Run 'renew'");
    }
}
