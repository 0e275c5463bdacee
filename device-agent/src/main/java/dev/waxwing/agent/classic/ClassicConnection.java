package dev.waxwing.agent.classic;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.classic.ClassicDeviceSession;
import dev.waxwing.classic.ClassicKit;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.classic.ClassicVerdict;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.TruncatedException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;

/** One classic session with a server (docs/classic.md), its failures in words for a person. Owned by one thread. */
public final class ClassicConnection implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final ServerAddress server;
    private final Socket socket;
    private final ClassicDeviceSession session;

    private ClassicConnection(ServerAddress server, Socket socket, ClassicDeviceSession session) {
        this.server = server;
        this.socket = socket;
        this.session = session;
    }

    /** Something that is done with the session. */
    private interface Exchange<T> {
        T run() throws IOException, ProtocolException;
    }

    /**
     * Reads the kit in a folder.
     *
     * @throws AgentFailure if a file is missing or not what it should be
     */
    public static ClassicKit kit(Path folder) throws AgentFailure, IOException {
        if (!Files.isDirectory(folder)) {
            throw new AgentFailure("there is no folder " + folder, ofKit());
        }
        try {
            return ClassicKit.read(folder);
        } catch (NoSuchFileException missing) {
            throw new AgentFailure("the classic kit lacks " + missing.getFile(), null, ofKit(), missing);
        } catch (IllegalArgumentException unfit) {
            throw new AgentFailure(
                    "the classic kit in %s cannot be used: %s".formatted(folder, unfit.getMessage()),
                    null,
                    ofKit(),
                    unfit);
        }
    }

    /**
     * Connects and runs the handshake.
     *
     * @param patience how long to wait for each thing the server has to say
     * @throws AgentFailure if there is no session
     */
    public static ClassicConnection open(ServerAddress server, ClassicKit kit, Duration patience, SecureRandom random)
            throws AgentFailure {
        Socket socket = new Socket();
        try {
            socket.connect(resolve(server), Math.toIntExact(CONNECT_TIMEOUT.toMillis()));
            socket.setSoTimeout(Math.clamp(patience.toMillis(), 1, Integer.MAX_VALUE));
        } catch (IOException unreachable) {
            close(socket);
            throw new AgentFailure(
                    "the server at %s cannot be reached (%s)".formatted(server, unreachable.getMessage()),
                    null,
                    null,
                    unreachable);
        }
        boolean open = false;
        try {
            ClassicDeviceSession session =
                    exchange(server, () -> ClassicDeviceSession.connect(socket, kit, ClassicLimits.DEFAULTS, random));
            open = true;
            return new ClassicConnection(server, socket, session);
        } finally {
            if (!open) {
                close(socket);
            }
        }
    }

    /** Sends a text and waits until the server has it. */
    public void text(String text) throws AgentFailure {
        exchange(server, () -> {
            session.text(text);
            return null;
        });
    }

    /** Sends a file and waits for the server's answer, which for more than one file is certain after {@link #end()}. */
    public ClassicVerdict file(String name, byte[] content) throws AgentFailure {
        return exchange(server, () -> session.file(name, content));
    }

    /**
     * Says that nothing more comes.
     *
     * @throws AgentFailure if the server's answers do not add up
     */
    public void end() throws AgentFailure {
        exchange(server, () -> {
            session.end();
            return null;
        });
    }

    @Override
    public void close() {
        session.close();
        close(socket);
    }

    private static InetSocketAddress resolve(ServerAddress server) throws IOException {
        InetSocketAddress address = new InetSocketAddress(server.host(), server.port());
        if (address.isUnresolved()) {
            throw new IOException("the name is not known");
        }
        return address;
    }

    private static <T> T exchange(ServerAddress server, Exchange<T> exchange) throws AgentFailure {
        try {
            return exchange.run();
        } catch (ProtocolException broken) {
            throw unbelieved(server, broken);
        } catch (SocketTimeoutException silent) {
            throw new AgentFailure("the server at %s does not answer".formatted(server), null, null, silent);
        } catch (TruncatedException | SocketException ended) {
            throw new AgentFailure(
                    "the server at %s ended the connection".formatted(server),
                    null,
                    "A classic server never says why. It does so when it does not know the device or its kit, when the"
                            + " device is one that enrolled, and when a file is too large for it.",
                    ended);
        } catch (IOException failed) {
            throw new AgentFailure(
                    "the connection to %s broke (%s)".formatted(server, failed.getMessage()), null, null, failed);
        }
    }

    private static AgentFailure unbelieved(ServerAddress server, ProtocolException broken) {
        return broken.code() == AlertCode.AUTH_FAILED
                ? new AgentFailure(
                        "the server at %s is not the kit's server: %s".formatted(server, broken.reason()),
                        null,
                        "Nothing was sent to it. Check the address, and where the kit came from.",
                        broken)
                : new AgentFailure(
                        "the server at %s does not keep to the classic protocol: %s".formatted(server, broken.reason()),
                        null,
                        "What it acknowledged before may have arrived; nothing else is known to have.",
                        broken);
    }

    private static String ofKit() {
        return "A classic kit is the folder with keys/ and certificates/ that was made for one device.";
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // A socket that cannot be closed is as useless as a closed one.
        }
    }
}
