package dev.waxwing.ca.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** OpenSSL in a directory that holds what an authority hands out: the root as {@code ca.pem}, its issuer as {@code issuing.pem}. */
final class OpensslJudge {

    private final Path directory;
    private final RunningAuthority server;

    record Verdict(int exit, String output) {}

    OpensslJudge(Path directory, RunningAuthority server) throws IOException {
        this.directory = directory;
        this.server = server;
        save("ca.pem", server.get("/pki/ca.pem").body());
        save("issuing.pem", server.get("/pki/issuing-ca.pem").body());
    }

    static void assumeInstalled() {
        assumeTrue(isInstalled(), "skipped: there is no openssl on this machine");
    }

    private static boolean isInstalled() {
        try {
            return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Verdict run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Verdict(process.exitValue(), output);
    }

    /** Runs it, requires that it ends like this, and gives what it said. */
    String exits(int exit, String... arguments) throws Exception {
        Verdict verdict = run(arguments);
        assertThat(verdict.exit()).as(verdict.output()).isEqualTo(exit);
        return verdict.output();
    }

    void accepts(String expected, String... arguments) throws Exception {
        assertThat(exits(0, arguments)).contains(expected);
    }

    void save(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
    }

    String text(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }

    /** Issues a certificate of this name, which is then in {@code NAME.pem}. */
    JsonNode issue(String name) throws IOException {
        JsonNode issued = server.issue(name);
        save(name + ".pem", issued.path("pem").asString().getBytes(StandardCharsets.US_ASCII));
        return issued;
    }

    /** Fetches lists of {@code /pki}, each into a file {@code NAME.der}, and all of them into {@code lists.pem}. */
    void fetchLists(String... names) throws Exception {
        StringBuilder all = new StringBuilder();
        for (String name : names) {
            String file = name.replace('/', '-') + ".der";
            save(file, server.get("/pki/" + name).body());
            all.append(exits(0, "crl", "-inform", "DER", "-in", file));
        }
        save("lists.pem", all.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** What verifies a certificate against {@code lists.pem}. */
    static String[] checkAll(String issuer, String certificate) {
        return new String[] {
            "verify",
            "-x509_strict",
            "-crl_check_all",
            "-CRLfile",
            "lists.pem",
            "-CAfile",
            "ca.pem",
            "-untrusted",
            issuer,
            certificate
        };
    }
}
