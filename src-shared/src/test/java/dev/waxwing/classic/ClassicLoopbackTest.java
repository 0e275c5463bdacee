package dev.waxwing.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both roles against each other over loopback sockets. */
@Timeout(60)
class ClassicLoopbackTest {

    private final ClassicVectors vectors = new ClassicVectors();
    private final ServerSocket listener = listen();
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final List<Bytes> files = new CopyOnWriteArrayList<>();
    private final List<String> names = new CopyOnWriteArrayList<>();
    private final List<ClassicVerdict> verdicts = new CopyOnWriteArrayList<>();
    private ClassicCredential serverCredential = vectors.credential("server");
    private boolean answersTwice;

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 4, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void a_device_sends_texts_and_files_and_a_server_keeps_them() throws Exception {
        byte[] large = new byte[300_001];
        new Random(7).nextBytes(large);
        CompletableFuture<Void> served = serve();
        try (Socket socket = dial();
                ClassicDeviceSession device = connect(socket, vectors.kit())) {
            device.text("gate open");
            assertThat(device.file("../a\u0000\u202eb.jpg", large)).isEqualTo(ClassicVerdict.ACCEPTED);
            device.text("");
            assertThat(device.file("", new byte[0])).isEqualTo(ClassicVerdict.ACCEPTED);
            device.end();
        }
        served.get(20, TimeUnit.SECONDS);
        assertThat(texts).containsExactly("gate open", "");
        assertThat(files).containsExactly(Bytes.of(large), Bytes.EMPTY);
        assertThat(names).containsExactly("../a\u0000\u202eb.jpg", "");
    }

    @Test
    void a_device_copes_with_a_server_that_answers_every_accepted_file_twice() throws Exception {
        answersTwice = true;
        verdicts.addAll(List.of(ClassicVerdict.ACCEPTED, ClassicVerdict.ACCEPTED, ClassicVerdict.REJECTED));
        CompletableFuture<Void> served = serve();
        try (Socket socket = dial();
                ClassicDeviceSession device = connect(socket, vectors.kit())) {
            assertThat(device.file("1", new byte[1])).isEqualTo(ClassicVerdict.ACCEPTED);
            device.text("between");
            assertThat(device.file("2", new byte[2])).isEqualTo(ClassicVerdict.ACCEPTED);
            assertThat(device.file("3", new byte[3])).isEqualTo(ClassicVerdict.REJECTED);
            assertThat(device.file("4", new byte[4])).isEqualTo(ClassicVerdict.ACCEPTED);
            device.end();
        }
        served.get(20, TimeUnit.SECONDS);
        assertThat(files).hasSize(4);
    }

    @Test
    void a_device_learns_from_the_first_file_that_there_is_a_second_answer() throws Exception {
        answersTwice = true;
        CompletableFuture<Void> served = serve();
        try (Socket socket = dial();
                ClassicDeviceSession device = connect(socket, vectors.kit())) {
            assertThat(device.file("1", new byte[1])).isEqualTo(ClassicVerdict.ACCEPTED);
            assertThat(device.file("2", new byte[2])).isEqualTo(ClassicVerdict.ACCEPTED);
            device.text("after");
            device.end();
        }
        served.get(20, TimeUnit.SECONDS);
        assertThat(texts).containsExactly("after");
    }

    @Test
    void a_device_refuses_a_server_with_another_key_although_the_authority_signed_it() throws Exception {
        KeyPair other = ClassicKeys.generate(new SecureRandom());
        serverCredential = new ClassicCredential(
                ClassicCertificate.issue("device", (RSAPublicKey) other.getPublic(), vectors.privateKey("ca")),
                (RSAPrivateCrtKey) other.getPrivate());
        assertServerRefused("not the one in the kit");
    }

    @Test
    void a_device_refuses_a_server_certificate_of_another_authority() throws Exception {
        serverCredential = new ClassicCredential(
                ClassicCertificate.issue(
                        "device", vectors.certificate("server").publicKey(), vectors.privateKey("server")),
                vectors.privateKey("server"));
        assertServerRefused("not signed by the kit's authority");
    }

    @Test
    void a_device_that_is_refused_sees_the_end_of_the_stream_and_nothing_else() throws Exception {
        ClassicKit kit = vectors.kit();
        ClassicCertificate forged = ClassicCertificate.issue(
                "camera-7", kit.device().certificate().publicKey(), vectors.privateKey("device"));
        ClassicKit unknown = new ClassicKit(
                kit.authority(), kit.server(), new ClassicCredential(forged, vectors.privateKey("device")));
        CompletableFuture<Void> served = serve();
        try (Socket socket = dial()) {
            assertThat(catchThrowableOfType(IOException.class, () -> connect(socket, unknown)))
                    .isInstanceOf(TruncatedException.class);
        }
        assertThat(served.handle((done, failure) -> failure).get(20, TimeUnit.SECONDS))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void a_device_sends_nothing_that_is_over_the_limit() throws Exception {
        CompletableFuture<Void> served = serve();
        try (Socket socket = dial();
                ClassicDeviceSession device = ClassicDeviceSession.connect(
                        socket, vectors.kit(), new ClassicLimits(10, 10), new SecureRandom())) {
            assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> device.text("12345678901")))
                    .isNotNull();
            assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> device.file("a", new byte[11])))
                    .isNotNull();
            device.end();
        }
        served.get(20, TimeUnit.SECONDS);
        assertThat(texts).isEmpty();
        assertThat(files).isEmpty();
    }

    @Test
    void answers_that_do_not_add_up_are_noticed() throws Exception {
        Answers answers = new Answers();
        answers.first(Acknowledgement.IMX_RECEIVED);
        answers.comeOnce();
        answers.first(Acknowledgement.IMX_RECEIVED);
        assertThat(answers.areAmbiguous()).isTrue();
        answers.requireConsistent();
        answers.late(Acknowledgement.IMX_RECEIVED);
        assertThat(catchThrowableOfType(ProtocolException.class, answers::requireConsistent))
                .isNotNull();
        assertThat(catchThrowableOfType(ProtocolException.class, () -> answers.late(Acknowledgement.IMX_REJECTED)))
                .isNotNull();
        answers.late(Acknowledgement.IMX_RECEIVED);
        answers.requireConsistent();
        assertThat(catchThrowableOfType(ProtocolException.class, () -> answers.late(Acknowledgement.IMX_RECEIVED)))
                .isNotNull();
    }

    private void assertServerRefused(String reason) throws Exception {
        CompletableFuture<Void> served = serve();
        try (Socket socket = dial()) {
            ProtocolException refusal =
                    catchThrowableOfType(ProtocolException.class, () -> connect(socket, vectors.kit()));
            assertThat(refusal).hasMessageContaining(reason);
            assertThat(refusal.code()).isEqualTo(AlertCode.AUTH_FAILED);
        }
        assertThat(served.handle((done, failure) -> failure).get(20, TimeUnit.SECONDS))
                .isNotNull();
    }

    private Socket dial() throws IOException {
        Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static ClassicDeviceSession connect(Socket socket, ClassicKit kit) throws IOException, ProtocolException {
        return ClassicDeviceSession.connect(socket, kit, ClassicLimits.DEFAULTS, new SecureRandom());
    }

    /** Serves one connection in another thread, and closes it whatever happens. */
    private CompletableFuture<Void> serve() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try (Socket socket = listener.accept()) {
                socket.setTcpNoDelay(true);
                Doubling out = new Doubling(socket.getOutputStream());
                ClassicServer server = new ClassicServer(
                        serverCredential, vectors.authority(), ClassicLimits.DEFAULTS, new SecureRandom());
                try (ClassicServerSession session =
                        server.accept(socket.getInputStream(), out, (device, nonce) -> {})) {
                    session.serve(new Receiver(out));
                }
                result.complete(null);
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private final class Receiver implements ClassicReceiver {

        private final Doubling out;

        Receiver(Doubling out) {
            this.out = out;
        }

        @Override
        public ClassicVerdict text(String text) {
            texts.add(text);
            return ClassicVerdict.ACCEPTED;
        }

        @Override
        public ClassicVerdict file(ClassicFile file) {
            assertThat(file.signatureValid()).isTrue();
            ByteBuffer content = file.content();
            names.add(file.name());
            files.add(Bytes.copyOf(content));
            ClassicVerdict verdict = verdicts.isEmpty() ? ClassicVerdict.ACCEPTED : verdicts.removeFirst();
            out.nextTwice = answersTwice && verdict == ClassicVerdict.ACCEPTED;
            return verdict;
        }
    }

    /** Writes an item twice when it is told to, as the original does after a file. */
    private static final class Doubling extends FilterOutputStream {

        private boolean nextTwice;

        Doubling(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            out.write(bytes);
            if (nextTwice) {
                out.write(bytes);
            }
            nextTwice = false;
        }
    }
}
