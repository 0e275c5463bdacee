package dev.waxwing.bench.pki;

import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/**
 * Keys, chains and root of a server and a client of TLS, as programs that stand on OpenSSL read them.
 *
 * @param root trusted by both
 * @param clientStore what the client has, for a client in Java
 */
public record PemFiles(
        Path root, Path serverChain, Path serverKey, Path clientChain, Path clientKey, Path clientStore) {

    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /** Makes an authority and writes what it issues. */
    public static PemFiles write(Path directory) throws IOException {
        Authority authority = Authority.allP256();
        PemFiles files = new PemFiles(
                directory.resolve("root.pem"),
                directory.resolve("server.pem"),
                directory.resolve("server.key"),
                directory.resolve("client.pem"),
                directory.resolve("client.key"),
                Tls.client(directory));
        Files.writeString(files.root, Certificates.toPem(List.of(authority.root())));
        write(authority.issueTls(true), files.serverChain, files.serverKey);
        Credential client = authority.issueTls(false);
        write(client, files.clientChain, files.clientKey);
        new KeyFile(client, authority.root()).write(files.clientStore);
        return files;
    }

    private static void write(Credential credential, Path chain, Path key) throws IOException {
        Files.writeString(chain, Certificates.toPem(credential.chain()));
        Files.writeString(
                key,
                "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                        .formatted(LINES.encodeToString(credential.privateKey().getEncoded())));
    }
}
