package dev.waxwing.fuzz;

import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes the seeds of targets from valid samples: {@code SeedCorpus FOLDER CLASS...}, or, without a class, the authority
 * under which they stand.
 */
final class SeedCorpus {

    private SeedCorpus() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        if (arguments.length == 1) {
            Files.writeString(folder.resolve("fuzz-authority.txt"), authority());
            return;
        }
        for (int i = 1; i < arguments.length; i++) {
            write(folder, Class.forName(arguments[i]));
        }
    }

    private static void write(Path folder, Class<?> target) throws IOException, ReflectiveOperationException {
        Path seeds = Files.createDirectories(folder.resolve(target.getSimpleName()));
        for (Map.Entry<?, ?> seed : seeds(target).entrySet()) {
            Files.write(seeds.resolve((String) seed.getKey()), ((Bytes) seed.getValue()).toArray());
        }
    }

    private static Map<?, ?> seeds(Class<?> target) throws ReflectiveOperationException {
        try {
            return (Map<?, ?>) target.getMethod("seeds").invoke(null);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(target.getName(), e.getCause());
        }
    }

    private static String authority() {
        TestPki pki = TestPki.create();
        StringBuilder text = new StringBuilder("""
            # The certificate authority under which the seeds of the fuzz targets stand, in the form of the vectors. Its keys
            # are public: nothing else may ever trust it.

            """);
        line(text, "root", Certificates.encode(pki.rootCertificate()));
        put(text, "issuing", pki.issuing());
        put(text, "server", pki.issue(Role.SERVER, "server-1"));
        put(text, "device", pki.issue(Role.DEVICE, "camera-7"));
        put(text, "receipts", pki.issue(Role.RECEIPT, "receipts"));
        put(text, "responder", pki.ocspResponder());
        return text.toString();
    }

    private static void put(StringBuilder text, String name, Credential credential) {
        line(text, name, Certificates.encode(credential.certificate()));
        line(text, name + ".key", Bytes.of(credential.privateKey().getEncoded()));
    }

    private static void line(StringBuilder text, String name, Bytes value) {
        text.append(name).append(" = ").append(value.hex()).append('\n');
    }
}
