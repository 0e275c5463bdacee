package dev.waxwing.bench.handshake;

import dev.waxwing.bench.pki.Authority;
import dev.waxwing.bench.pki.KeyFile;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Certificates for the channel, as Waxwing's own authority makes them, and the OCSP response that the server staples. */
public final class ChannelKeys {

    private ChannelKeys() {}

    public static void write(Path directory) throws IOException {
        Authority authority = Authority.likeWaxwing();
        Credential server = authority.issue(Role.SERVER, "bench-server");
        new KeyFile(server, authority.root()).write(server(directory));
        new KeyFile(authority.issue(Role.DEVICE, "bench-device"), authority.root()).write(device(directory));
        Files.write(staple(directory), authority.staple(server.certificate()).toArray());
    }

    static Path server(Path directory) {
        return directory.resolve("server.p12");
    }

    public static Path device(Path directory) {
        return directory.resolve("device.p12");
    }

    static Path staple(Path directory) {
        return directory.resolve("staple.der");
    }
}
