package dev.waxwing.bench.upload;

import dev.waxwing.bench.Sample;
import dev.waxwing.bench.Subject;
import dev.waxwing.bench.pki.PemFiles;
import dev.waxwing.bench.pki.Tls;
import dev.waxwing.bench.process.Child;
import dev.waxwing.bench.process.CpuTime;
import dev.waxwing.bench.process.Disk;
import dev.waxwing.bench.process.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file sent by curl to an nginx of its own: PUT over mutual TLS 1.3, both ends with OpenSSL. One sample is one run of {@code curl};
 * the server neither hashes the file nor waits for the disk.
 */
final class NginxUpload implements Subject {

    private final Path file;
    private @Nullable Running running;

    NginxUpload(Path file) {
        this.file = file;
    }

    private record Running(Child server, PemFiles keys, Path directory, int port) {

        Path received() {
            return directory.resolve("received");
        }
    }

    @Override
    public String name() {
        return "nginx-curl";
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("nginx-light, curl", "nginx", "curl");
    }

    @Override
    public void start(Path workDirectory) throws IOException, InterruptedException {
        Files.createDirectories(workDirectory.resolve("received"));
        PemFiles keys = PemFiles.write(workDirectory);
        int port = Child.freePort();
        Path configuration =
                Files.writeString(workDirectory.resolve("nginx.conf"), configuration(workDirectory, keys, port));
        Child server = Child.start(
                List.of(Programs.path("nginx"), "-p", workDirectory.toString(), "-c", configuration.toString()),
                Map.of(),
                workDirectory.resolve("nginx.log"));
        running = new Running(server, keys, workDirectory, port);
        server.awaitPort(port);
    }

    /** What arrives is written below the same directory, so that it is renamed into place and not copied. */
    private static String configuration(Path directory, PemFiles keys, int port) {
        String user = "root".equals(System.getProperty("user.name")) ? "user root;" : "";
        return """
            %s
            daemon off;
            worker_processes 1;
            error_log stderr;
            pid "%s/nginx.pid";
            events { worker_connections 64; }
            http {
              access_log off;
              client_max_body_size 0;
              client_body_buffer_size 1m;
              client_body_temp_path "%s/received/part";
              proxy_temp_path "%s/unused";
              fastcgi_temp_path "%s/unused";
              uwsgi_temp_path "%s/unused";
              scgi_temp_path "%s/unused";
              server {
                listen 127.0.0.1:%d ssl;
                ssl_protocols %s;
                ssl_conf_command Ciphersuites %s;
                ssl_session_tickets off;
                ssl_certificate "%s";
                ssl_certificate_key "%s";
                ssl_client_certificate "%s";
                ssl_verify_client on;
                ssl_verify_depth 2;
                location / {
                  root "%s/received";
                  dav_methods PUT;
                }
              }
            }
            """.formatted(
                        user,
                        directory,
                        directory,
                        directory,
                        directory,
                        directory,
                        directory,
                        port,
                        Tls.VERSION,
                        Tls.SUITE,
                        keys.serverChain(),
                        keys.serverKey(),
                        keys.root(),
                        directory);
    }

    @Override
    public Sample sample() throws IOException, InterruptedException {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException(name() + " was not started");
        }
        CpuTime cpu = new CpuTime(List.of(now.server().pid()));
        double before = cpu.read();
        long begin = System.nanoTime();
        Programs.run(command(now), now.directory().resolve("curl.log"));
        double seconds = (System.nanoTime() - begin) / 1e9;
        double used = cpu.read() - before;
        requireWhole(now.received().resolve("upload"));
        Disk.removeFilesOf(now.received(), Files.size(file));
        return new Sample(Files.size(file), seconds, used);
    }

    private List<String> command(Running now) throws IOException {
        return List.of(
                Programs.path("curl"),
                "--disable",
                "--silent",
                "--show-error",
                "--fail",
                "--noproxy",
                "*",
                "--http1.1",
                "--tlsv1.3",
                "--tls13-ciphers",
                Tls.SUITE,
                "--cacert",
                now.keys().root().toString(),
                "--cert",
                now.keys().clientChain().toString(),
                "--key",
                now.keys().clientKey().toString(),
                "--resolve",
                "localhost:%d:127.0.0.1".formatted(now.port()),
                // Or curl waits for leave to send.
                "--header",
                "Expect:",
                "--upload-file",
                file.toString(),
                "https://localhost:%d/upload".formatted(now.port()));
    }

    private void requireWhole(Path received) throws IOException {
        if (Files.size(received) != Files.size(file)) {
            throw new IOException("only %d bytes have arrived".formatted(Files.size(received)));
        }
    }

    @Override
    public void close() {
        if (running != null) {
            running.server().close();
            running = null;
        }
    }
}
