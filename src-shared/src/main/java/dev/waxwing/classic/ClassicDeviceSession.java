package dev.waxwing.classic;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One session, seen from the device, towards an original server or ours.
 *
 * <p>The original answers an accepted file twice, ours once, and nothing in an answer says which file it belongs to. So
 * before a second file this waits a moment to learn which server it has, and {@link #end()} counts all answers: what
 * {@link #file} said about more than one file is certain only when {@code end} has returned. Closing wipes the keys; the
 * connection is the caller's. Owned by one thread.
 */
public final class ClassicDeviceSession implements AutoCloseable {

    /** How long a second answer to the first file is waited for. */
    private static final Duration MOMENT = Duration.ofMillis(500);

    private final Socket socket;
    private final Wire wire;
    private final ClassicKit kit;
    private final SessionKeys keys;
    private final ClassicLimits limits;
    private final Answers answers = new Answers();

    private ClassicDeviceSession(Socket socket, Wire wire, ClassicKit kit, SessionKeys keys, ClassicLimits limits) {
        this.socket = socket;
        this.wire = wire;
        this.kit = kit;
        this.keys = keys;
        this.limits = limits;
    }

    /**
     * Runs the handshake with the device's kit. The server must show a certificate of the kit's authority with the kit's
     * server key; its name is not looked at, because an original server's is {@code device}.
     *
     * @param socket connected; its read time-out, which must not be zero, bounds the wait for each item. The caller closes
     *     it after any exception
     * @throws ProtocolException if the server broke the protocol or is another
     * @throws TruncatedException if the server ended the connection, which is how it refuses
     * @throws IOException if the connection broke
     */
    public static ClassicDeviceSession connect(Socket socket, ClassicKit kit, ClassicLimits limits, SecureRandom random)
            throws IOException, ProtocolException {
        if (socket.getSoTimeout() == 0) {
            throw new IllegalArgumentException("the socket has no read time-out");
        }
        socket.setTcpNoDelay(true);
        Wire wire = new Wire(socket.getInputStream(), socket.getOutputStream());
        wire.send(Header.HELO, kit.device().certificate().encode().toArray());
        require(Acknowledgement.CERT_RECEIVED, wire, kit);
        Bytes deviceNonce = Bytes.of(random(SessionKeys.NONCE_SIZE, random));
        wire.send(deviceNonce.toArray());
        require(Acknowledgement.HELLO_RECEIVED, wire, kit);
        wire.expect(Header.HELO);
        byte[] certificate = wire.block(1, ClassicCertificate.MAX_SIZE);
        wire.acknowledge(Acknowledgement.CERT_RECEIVED, kit.server());
        verify(ClassicCertificate.parse(certificate), kit);
        Bytes serverNonce = wire.nonce();
        wire.acknowledge(Acknowledgement.NONCE_RECEIVED, kit.server());
        byte[] preMaster = random(SessionKeys.PRE_MASTER_SIZE, random);
        byte[] sealed = Rsa.encrypt(kit.server(), preMaster);
        SessionKeys keys = SessionKeys.derive(preMaster, deviceNonce, serverNonce);
        try {
            wire.send(Header.PREM, sealed);
            require(Acknowledgement.PREM_RECEIVED, wire, kit);
        } catch (IOException | ProtocolException | RuntimeException e) {
            keys.close();
            throw e;
        }
        return new ClassicDeviceSession(socket, wire, kit, keys, limits);
    }

    /**
     * Sends a text and waits for its acknowledgement.
     *
     * @throws IllegalArgumentException if its UTF-8 is longer than the limit
     * @throws ProtocolException if the server answered something else
     * @throws TruncatedException if the server ended the connection instead, which is how it refuses
     */
    public void text(String text) throws IOException, ProtocolException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        requireWithin("text", utf8.length, limits.maxText());
        wire.send(new RecordWriter(Header.SECX, utf8.length, keys).write(utf8).finish());
        Acknowledgement answer = read();
        while (answer != Acknowledgement.SEC_TEXT_RECEIVED) {
            answers.late(answer);
            answer = read();
        }
    }

    /**
     * Signs and sends a file, and waits for the answer. In memory there are the file and its record of four thirds of its
     * size, because a record leaves in one write.
     *
     * @param name what the server will see, of at most 4,096 UTF-16 units
     * @return what the server answered; for more than one file see {@link #end()}
     * @throws IllegalArgumentException if the file is longer than the limit, or its name
     * @throws ProtocolException if the server answered something else
     * @throws TruncatedException if the server ended the connection instead, which is how it refuses
     */
    public ClassicVerdict file(String name, byte[] content) throws IOException, ProtocolException {
        requireWithin("name", name.length(), FilePayload.MAX_NAME);
        requireWithin("file", content.length, limits.maxFile());
        if (answers.mayComeTwice()) {
            learnWhetherTwice();
        }
        wire.send(FilePayload.write(name, content, kit.device().privateKey(), keys));
        ClassicVerdict verdict = answers.first(read());
        if (verdict == ClassicVerdict.ACCEPTED && answers.comeTwice()) {
            answers.late(read());
        }
        return verdict;
    }

    /**
     * Says that there is no more, and after more than one file waits for the server to end the connection, to see whether
     * the answers add up.
     *
     * @throws ProtocolException if they do not: then no verdict of this session can be relied on
     */
    public void end() throws IOException, ProtocolException {
        wire.send(Header.ENDD.wire());
        if (answers.areAmbiguous()) {
            for (Acknowledgement more = readUntilEnd(); more != null; more = readUntilEnd()) {
                answers.late(more);
            }
            answers.requireConsistent();
        }
    }

    /** Wipes the keys; a second call does nothing. */
    @Override
    public void close() {
        keys.close();
    }

    /** Waits a moment for the first byte of a second answer. */
    private void learnWhetherTwice() throws IOException, ProtocolException {
        byte[] first = new byte[1];
        int patience = socket.getSoTimeout();
        socket.setSoTimeout((int) MOMENT.toMillis());
        int got;
        try {
            got = socket.getInputStream().read(first);
        } catch (SocketTimeoutException none) {
            answers.comeOnce();
            return;
        } finally {
            socket.setSoTimeout(patience);
        }
        if (got < 0) {
            throw new TruncatedException("the server ended the connection after a file");
        }
        answers.late(readAfter(first[0]));
    }

    private Acknowledgement read() throws IOException, ProtocolException {
        return open(wire.acknowledgement());
    }

    private Acknowledgement readAfter(byte first) throws IOException, ProtocolException {
        byte[] ciphertext = new byte[Rsa.SIZE];
        ciphertext[0] = first;
        System.arraycopy(wire.exactly(Rsa.SIZE - 1), 0, ciphertext, 1, Rsa.SIZE - 1);
        return open(ciphertext);
    }

    /** The next answer, or nothing if the server has ended, or does not end within the time-out. */
    private @Nullable Acknowledgement readUntilEnd() throws IOException, ProtocolException {
        InputStream in = socket.getInputStream();
        int first;
        try {
            first = in.read();
        } catch (IOException endedOrSilent) {
            return null;
        }
        return first < 0 ? null : readAfter((byte) first);
    }

    private Acknowledgement open(byte[] ciphertext) throws ProtocolException {
        byte[] text = Rsa.decrypt(kit.device().privateKey(), ciphertext);
        for (Acknowledgement each : Acknowledgement.values()) {
            if (text != null && Arrays.equals(each.text(), text)) {
                return each;
            }
        }
        throw ProtocolException.malformed("an acknowledgement that cannot be read");
    }

    private static void require(Acknowledgement expected, Wire wire, ClassicKit kit)
            throws IOException, ProtocolException {
        if (!Wire.says(expected, wire.acknowledgement(), kit.device().privateKey())) {
            throw ProtocolException.malformed("an acknowledgement that is not " + expected);
        }
    }

    private static void verify(ClassicCertificate server, ClassicKit kit) throws ProtocolException {
        if (!server.verifiedBy(kit.authority())) {
            throw new ProtocolException(
                    AlertCode.AUTH_FAILED, "the server's certificate is not signed by the kit's authority");
        }
        if (!server.publicKey().equals(kit.server())) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, "the server's key is not the one in the kit");
        }
    }

    private static byte[] random(int size, SecureRandom random) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    private static void requireWithin(String what, int size, int most) {
        if (size > most) {
            throw new IllegalArgumentException("a " + what + " of " + size + ", at most " + most + " is possible");
        }
    }
}
