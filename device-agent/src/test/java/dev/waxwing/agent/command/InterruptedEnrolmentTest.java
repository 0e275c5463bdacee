package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.agent.upload.ServerDouble;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.trust.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a device enrols that has begun before, and whose key of then may be lost (section 9.2). */
@Timeout(60)
class InterruptedEnrolmentTest {

    private static final String LOST = "set aside as enrolment.json.damaged";
    private static final String GIVEN_UP = "begun with another invite";

    @TempDir
    Path directory;

    private ServerDouble server;
    private Path home;
    private Path pending;
    private final AgentShell shell = new AgentConfiguration().agentShell(new SecureRandom(), TestPki.CLOCK);

    private record Run(int status, String out, String err) {}

    @BeforeEach
    void start() throws IOException {
        server = new ServerDouble();
        home = directory.resolve("home");
        pending = home.resolve("enrolment.json");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Run enrol(String... options) throws IOException {
        return enrol(server.invite("camera-1"), options);
    }

    private Run enrol(Invite invite, String... options) throws IOException {
        ConsoleRecording console = new ConsoleRecording(invite.encode());
        List<String> line = Stream.concat(
                        Stream.of("--home", home.toString(), "--json", "enroll", "-"), Stream.of(options))
                .toList();
        int status = shell.run(line, console.console());
        return new Run(status, console.out(), console.err());
    }

    private Run succeed(Run run) {
        assertThat(run.status()).as(run.out() + run.err()).isZero();
        return run;
    }

    /** The server never heard of the key. */
    private void breakOffBefore(String... options) throws IOException {
        server.deafToEnrolments.set(1);
        assertThat(enrol(options).status()).isEqualTo(1);
        assertThat(server.enrolments).isZero();
        assertThat(pending).exists();
    }

    /** The server has certified the key. */
    private void breakOffAfter() throws IOException {
        server.loseEnrolmentAnswers = true;
        assertThat(enrol().status()).isEqualTo(1);
        server.loseEnrolmentAnswers = false;
        assertThat(server.enrolments).isEqualTo(1);
        assertThat(pending).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "cut", "zeros", "garbage", "another file", "broken key"})
    void sets_a_damaged_key_aside_and_enrols_with_another(String how) throws IOException {
        breakOffBefore();
        byte[] damaged = DamagedFile.damage(pending, how);

        Run enrolled = succeed(enrol());

        assertThat(enrolled.err()).contains(LOST).contains("another key");
        assertThat(home.resolve("enrolment.json.damaged")).hasBinaryContent(damaged);
        assertThat(pending).doesNotExist();
        assertThat(server.enrolments).isEqualTo(1);
    }

    @Test
    void says_that_the_lost_key_may_be_certified_and_enrols_with_another_invite() throws IOException {
        breakOffAfter();
        DamagedFile.damage(pending, "cut");

        Run refused = enrol();
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains(LOST).contains("ask the administrator for another invite");
        assertThat(server.enrolments).isEqualTo(1);

        server.renewInvite();
        succeed(enrol(another()));
        assertThat(server.enrolments).isEqualTo(2);
    }

    @Test
    void says_that_it_gives_up_what_was_begun_with_another_invite() throws IOException {
        breakOffAfter();
        server.renewInvite();

        assertThat(succeed(enrol(another())).err()).contains(GIVEN_UP).doesNotContain(LOST);
        assertThat(server.enrolments).isEqualTo(2);
    }

    @Test
    void says_nothing_when_there_is_nothing_to_give_up() throws IOException {
        breakOffAfter();
        assertThat(succeed(enrol()).err()).doesNotContain(GIVEN_UP).doesNotContain(LOST);
        server.renewInvite();
        assertThat(succeed(enrol("--replace")).err()).doesNotContain(GIVEN_UP).doesNotContain(LOST);
    }

    /** The server does not look at the addresses in it. */
    private Invite another() throws IOException {
        Invite first = server.invite("camera-1");
        return new Invite(
                first.rootSpkiSha256(),
                first.token(),
                first.name(),
                List.of(server.address(), new ServerAddress("localhost", 1)));
    }

    @Test
    void does_not_set_a_key_aside_that_others_may_read() throws IOException {
        breakOffBefore();
        Files.setPosixFilePermissions(pending, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(enrol().out()).contains("others may read");

        assertThat(pending).exists();
    }

    @Test
    void does_not_set_a_key_aside_whose_passphrase_is_missing_or_another() throws IOException {
        Path right = passphrase("right");
        Path wrong = passphrase("wrong");
        breakOffBefore("--passphrase-file", right.toString());
        byte[] kept = Files.readAllBytes(pending);

        assertThat(enrol().out()).contains("--passphrase-file");
        assertThat(enrol("--passphrase-file", wrong.toString()).out()).contains("cannot be decrypted");
        Files.delete(wrong);
        assertThat(enrol("--passphrase-file", wrong.toString()).out()).contains("is missing");

        assertThat(pending).hasBinaryContent(kept);
        succeed(enrol("--passphrase-file", right.toString()));
        assertThat(server.enrolments).isEqualTo(1);
    }

    private Path passphrase(String words) throws IOException {
        Path file = Files.writeString(directory.resolve(words), words + " passphrase\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    @Test
    void does_not_set_a_key_aside_whose_passphrase_in_the_home_is_missing() throws IOException {
        breakOffBefore();
        Path passphrase = home.resolve("key.passphrase");
        byte[] kept = Files.readAllBytes(passphrase);
        Files.delete(passphrase);

        assertThat(enrol().out()).contains("is missing");

        assertThat(pending).exists();
        Files.write(passphrase, kept);
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
        succeed(enrol());
    }
}
