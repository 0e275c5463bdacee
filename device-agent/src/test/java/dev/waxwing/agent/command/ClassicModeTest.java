package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.classic.ClassicCertificate;
import dev.waxwing.classic.ClassicCredential;
import dev.waxwing.classic.ClassicFile;
import dev.waxwing.classic.ClassicKeys;
import dev.waxwing.classic.ClassicKit;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.classic.ClassicReceiver;
import dev.waxwing.classic.ClassicServer;
import dev.waxwing.classic.ClassicServerSession;
import dev.waxwing.classic.ClassicVerdict;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that speak classic, against a classic server in this process. */
@Timeout(60)
class ClassicModeTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final KeyPair AUTHORITY = ClassicKeys.generate(RANDOM);
    private static final ClassicCredential SERVER = credential("device");
    private static final ClassicCredential DEVICE = credential("camera-1");

    @TempDir
    private Path directory;

    private final AgentShell shell = new AgentConfiguration().agentShell(RANDOM, Clock.systemUTC());
    private ClassicServerDouble server;
    private Path kit;

    private record Run(int status, String out, String err) {

        JsonNode json() {
            return JsonMapper.shared().readTree(out);
        }

        List<String> states() {
            return json().get("items").findValuesAsString("state");
        }
    }

    private static ClassicCredential credential(String name) {
        KeyPair keys = ClassicKeys.generate(RANDOM);
        return new ClassicCredential(
                ClassicCertificate.issue(name, (RSAPublicKey) keys.getPublic(), (RSAPrivateKey) AUTHORITY.getPrivate()),
                (RSAPrivateCrtKey) keys.getPrivate());
    }

    @BeforeEach
    void start() throws IOException {
        server = new ClassicServerDouble();
        kit = directory.resolve("kit");
        write(new ClassicKit(
                (RSAPublicKey) AUTHORITY.getPublic(), SERVER.certificate().publicKey(), DEVICE));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void sends_files_in_one_session_and_says_that_they_were_acknowledged() throws IOException {
        Path first = Files.write(directory.resolve("a photo.jpg"), new byte[] {1, 2, 3});
        Path second = Files.write(directory.resolve("empty"), new byte[0]);

        Run run = run("send", first.toString(), second.toString());

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.states()).containsExactly("sent", "sent");
        JsonNode item = run.json().get("items").get(0);
        assertThat(item.propertyNames()).containsExactly("id", "name", "size", "sha256", "state", "receiptId");
        assertThat(item.get("name").stringValue()).isEqualTo("a photo.jpg");
        assertThat(item.get("sha256").stringValue())
                .isEqualTo("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");
        assertThat(item.get("receiptId").isNull()).isTrue();
        assertThat(server.files).containsExactly(Bytes.of(new byte[] {1, 2, 3}), Bytes.EMPTY);
        assertThat(server.sessions).hasSize(1);
    }

    @Test
    void copes_with_a_server_that_answers_twice() throws IOException {
        server.answersTwice = true;
        Path file = Files.write(directory.resolve("a"), new byte[3]);

        Run run = run("send", file.toString(), file.toString(), file.toString());

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.states()).containsExactly("sent", "sent", "sent");
    }

    @Test
    void sends_a_text_and_warns_in_one_line() throws IOException {
        Run run = run("text", "two  spaces", "and", "more");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.states()).containsExactly("sent");
        assertThat(server.texts).containsExactly("two  spaces and more");
        assertThat(run.err().lines()).hasSize(1).allMatch(line -> line.contains("insecure"));
    }

    @Test
    void needs_no_home_and_makes_none() throws IOException {
        Path home = directory.resolve("home");

        Run run = run("--home", home.toString(), "text", "hello");

        assertThat(run.status()).isZero();
        assertThat(home).doesNotExist();
    }

    @Test
    void fails_when_the_server_rejects_one_of_the_files() throws IOException {
        Path good = Files.write(directory.resolve("good"), new byte[1]);
        Path bad = Files.write(directory.resolve("bad"), new byte[2]);

        Run run = run("send", good.toString(), bad.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.states()).containsExactly("sent", "refused");
        assertThat(run.json().get("error").stringValue()).contains("1 of 2");
    }

    @Test
    void says_what_is_uncertain_when_the_session_breaks() throws IOException {
        Path good = Files.write(directory.resolve("good"), new byte[1]);
        Path fatal = Files.write(directory.resolve("fatal"), new byte[2]);

        Run run = run("send", good.toString(), fatal.toString(), good.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.states()).containsExactly("sent", "uncertain", "unsent");
        assertThat(run.json().get("error").stringValue()).contains("1 of 3", "ended the connection");
    }

    @Test
    void sends_nothing_when_one_file_is_too_large_and_gives_the_figure() throws IOException {
        Path good = Files.write(directory.resolve("good"), new byte[1]);
        Path large = directory.resolve("large");
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(ClassicLimits.DEFAULTS.maxFile() + 2L);
        }

        Run run = run("send", good.toString(), large.toString());

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.json().get("error").stringValue()).contains("8,388,610", "8,388,608");
        assertThat(server.sessions).isEmpty();
    }

    @Test
    void says_when_the_server_refuses_the_device() throws IOException {
        server.refuses = true;

        Run run = run("text", "hello");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.states()).containsExactly("unsent");
        assertThat(run.json().get("error").stringValue()).contains("ended the connection");
    }

    @Test
    void says_when_the_server_is_another() throws IOException {
        write(new ClassicKit(
                (RSAPublicKey) AUTHORITY.getPublic(), DEVICE.certificate().publicKey(), DEVICE));

        Run run = run("text", "hello");

        assertThat(run.status()).isEqualTo(1);
        assertThat(server.texts).isEmpty();
    }

    @Test
    void says_when_nobody_listens() throws IOException {
        server.close();

        Run run = run("text", "hello");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.json().get("error").stringValue()).contains("cannot be reached", server.address());
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys/server_public_key.pem", "certificates/device_certificate.json"})
    void names_the_file_that_the_kit_lacks(String file) throws IOException {
        Files.delete(kit.resolve(file));

        Run run = run("text", "hello");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.json().get("error").stringValue()).contains("lacks", file);
        assertThat(run.out() + run.err()).doesNotContain("PRIVATE");
    }

    @Test
    void says_when_there_is_no_kit() throws IOException {
        kit = directory.resolve("nowhere");

        assertThat(run("text", "hello").json().get("error").stringValue()).contains("no folder", "nowhere");
    }

    @ParameterizedTest
    @ValueSource(strings = {"enroll -", "status", "history", "queue", "doctor", "connect", "verify x", ""})
    void works_with_send_and_text_only(String command) throws IOException {
        Run run = run(command.isEmpty() ? new String[0] : command.split(" "));

        assertThat(run.status()).isEqualTo(2);
    }

    @Test
    void wants_server_and_kit_together_and_an_address() throws IOException {
        assertThat(plain("--classic", server.address(), "text", "a").err()).contains("--classic-kit");
        assertThat(plain("--classic-kit", kit.toString(), "text", "a").err()).contains("--classic HOST:PORT");
        Run wrong = plain("--classic", "nowhere", "--classic-kit", kit.toString(), "text", "a");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err()).contains("host:port");
    }

    @Test
    void the_help_names_the_options() throws IOException {
        assertThat(plain("help").out()).contains("--classic HOST:PORT", "--classic-kit DIR");
    }

    private void write(ClassicKit content) throws IOException {
        for (Map.Entry<String, byte[]> file : content.files().entrySet()) {
            Path path = kit.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    private Run run(String... words) throws IOException {
        return plain(Stream.concat(
                        Stream.of("--json", "--classic", server.address(), "--classic-kit", kit.toString()),
                        Stream.of(words))
                .toArray(String[]::new));
    }

    private Run plain(String... words) throws IOException {
        ConsoleRecording console = new ConsoleRecording("");
        int status = shell.run(List.of(words), console.console());
        return new Run(status, console.out(), console.err());
    }

    /** A classic server on a port of its own. It rejects a file called {@code bad} and breaks off at one called {@code fatal}. */
    private static final class ClassicServerDouble implements AutoCloseable, ClassicReceiver {

        final List<String> texts = new CopyOnWriteArrayList<>();
        final List<Bytes> files = new CopyOnWriteArrayList<>();
        final List<String> sessions = new CopyOnWriteArrayList<>();
        volatile boolean answersTwice;
        volatile boolean refuses;

        private final ServerSocket listener = new ServerSocket(0, 4, InetAddress.getLoopbackAddress());
        private volatile boolean nextTwice;

        ClassicServerDouble() throws IOException {
            Thread.startVirtualThread(this::run);
        }

        String address() {
            return "127.0.0.1:" + listener.getLocalPort();
        }

        private void run() {
            ClassicServer server = new ClassicServer(
                    SERVER, (RSAPublicKey) AUTHORITY.getPublic(), ClassicLimits.DEFAULTS, new SecureRandom());
            while (!listener.isClosed()) {
                try (Socket socket = listener.accept()) {
                    socket.setTcpNoDelay(true);
                    sessions.add("one");
                    try (ClassicServerSession session =
                            server.accept(socket.getInputStream(), doubling(socket.getOutputStream()), this::admit)) {
                        session.serve(this);
                    }
                } catch (IOException | ProtocolException | InterruptedException e) {
                    // The connection is closed without a word.
                }
            }
        }

        private void admit(ClassicCertificate device, Bytes nonce) throws ProtocolException {
            if (refuses) {
                throw new ProtocolException(AlertCode.AUTH_FAILED, "not listed");
            }
        }

        @Override
        public ClassicVerdict text(String text) {
            texts.add(text);
            return ClassicVerdict.ACCEPTED;
        }

        @Override
        public ClassicVerdict file(ClassicFile file) throws IOException {
            if (file.name().equals("fatal")) {
                throw new IOException("fatal");
            }
            files.add(Bytes.copyOf(file.content()));
            nextTwice = answersTwice;
            return file.name().equals("bad") ? ClassicVerdict.REJECTED : ClassicVerdict.ACCEPTED;
        }

        private OutputStream doubling(OutputStream out) {
            return new FilterOutputStream(out) {
                @Override
                public void write(byte[] bytes) throws IOException {
                    out.write(bytes);
                    if (nextTwice) {
                        out.write(bytes);
                    }
                    nextTwice = false;
                }
            };
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
