package dev.waxwing.server.host;

import dev.waxwing.ca.authority.DataDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * {@code data-dir/admin.sock}: takes requests of the host's subcommands while the server runs. Its file, in a directory that only
 * the owner may enter, is the permission.
 */
@Component
final class AdminSocket implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(AdminSocket.class);
    private static final String NAME = "admin.sock";

    private final Path file;
    private final HostDesk desk;
    private volatile @Nullable ServerSocketChannel socket;

    AdminSocket(DataDirectory directory, HostDesk desk) {
        this.file = file(directory.dataDir());
        this.desk = desk;
    }

    private static Path file(Path dataDirectory) {
        return dataDirectory.toAbsolutePath().normalize().resolve(NAME);
    }

    /**
     * The server that runs on a data directory, or nothing: one that was killed leaves its socket behind. Whether one runs, the lock
     * says.
     */
    static Optional<SocketChannel> connect(Path dataDirectory) {
        Path file = file(dataDirectory);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(SocketChannel.open(UnixDomainSocketAddress.of(file)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void start() {
        try {
            Files.deleteIfExists(file);
            ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            opened.bind(UnixDomainSocketAddress.of(file));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            socket = opened;
            Thread.ofVirtual().name("waxwing-admin").start(() -> accept(opened));
        } catch (IOException e) {
            // For instance a path longer than such an address may be. The server is of use without it.
            LOG.warn(
                    "No administration socket at {}: {}. Subcommands have to wait until the server is stopped.",
                    file,
                    e.getMessage());
        }
    }

    private void accept(ServerSocketChannel opened) {
        while (opened.isOpen()) {
            try {
                SocketChannel connection = opened.accept();
                Thread.ofVirtual().name("waxwing-admin").start(() -> serve(connection));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("The administration socket failed: {}", e.getMessage());
                return;
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            HostRequest request = AdminMessages.readRequest(AdminMessages.receive(connection));
            AdminMessages.send(connection, AdminMessages.write(answer(request, connection)));
        } catch (IOException e) {
            LOG.info("A request on the administration socket broke off: {}", e.getMessage());
        }
    }

    private HostAnswer answer(HostRequest request, SocketChannel connection) throws IOException {
        if (!(request instanceof HostRequest.Backup)) {
            return desk.answer(request, OutputStream.nullOutputStream());
        }
        try (OutputStream frames = Frames.over(Channels.newOutputStream(connection))) {
            return desk.answer(request, frames);
        }
    }

    @Override
    public void stop() {
        ServerSocketChannel stopping = socket;
        socket = null;
        if (stopping == null) {
            return;
        }
        try {
            stopping.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("The administration socket did not close cleanly: {}", e.getMessage());
        }
    }

    @Override
    public boolean isRunning() {
        return socket != null;
    }
}
