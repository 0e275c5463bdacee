package dev.waxwing.ca.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** OpenSSL reads every form in which certificates are handed out, and follows a hold from its beginning to its end. */
class OpensslIssuedTest {

    private static final String PASSWORD = "plum tree by the harbour";

    @TempDir
    static Path directory;

    private static RunningAuthority server;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(available(), "skipped: there is no openssl on this machine");
        server = new RunningAuthority(directory.resolve("data"));
        save("ca.pem", server.get("/pki/ca.pem").body());
        save("issuing.pem", server.get("/pki/issuing-ca.pem").body());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static boolean available() {
        try {
            return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String openssl(int exit, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isEqualTo(exit);
        return output;
    }

    private static void save(String name, byte[] content) throws IOException {
        Files.write(directory.resolve(name), content);
    }

    private static String issue(String name) throws IOException {
        JsonNode issued = server.issue(name);
        save(name + ".pem", issued.path("pem").asString().getBytes(StandardCharsets.US_ASCII));
        return "/api/v1/certificates/" + issued.path("serialNumber").asString();
    }

    @Test
    void reads_every_download() throws Exception {
        String path = issue("forms-01");
        save("forms.der", server.get(path + "/certificate.der").body());
        save("forms.chain", server.get(path + "/chain.pem").body());
        save("forms.p7c", server.get(path + "/chain.p7c").body());

        assertThat(openssl(0, "x509", "-inform", "DER", "-in", "forms.der"))
                .isEqualTo(Files.readString(directory.resolve("forms-01.pem")));
        assertThat(openssl(0, "verify", "-CAfile", "ca.pem", "-untrusted", "forms.chain", "forms.chain"))
                .contains("OK");
        openssl(0, "pkcs7", "-inform", "DER", "-in", "forms.p7c", "-print_certs", "-out", "forms-p7.pem");
        String inside = Files.readString(directory.resolve("forms-p7.pem"));
        assertThat(inside)
                .contains("subject=CN = forms-01".replace(" = ", inside.contains("CN = ") ? " = " : "="))
                .contains(Files.readString(directory.resolve("forms-01.pem")))
                .contains(Files.readString(directory.resolve("issuing.pem")));
        assertThat(openssl(0, "pkcs7", "-inform", "DER", "-in", "forms.p7c", "-print", "-noout"))
                .as("certificates only")
                .contains("signer_info", "<EMPTY>");
    }

    @Test
    void opens_a_key_file_with_its_password_only() throws Exception {
        for (String kind : List.of("ecdsa-p256", "rsa-2048")) {
            JsonNode made = RunningAuthority.json(server.post(
                    "/api/v1/certificates",
                    Map.of("key", kind, "name", "file-01", "profile", "camera", "password", PASSWORD)));
            save("file.p12", Base64.getDecoder().decode(made.path("pkcs12").asString()));
            String[] read = {"pkcs12", "-in", "file.p12", "-passin", "pass:" + PASSWORD, "-info", "-noout"};
            assertThat(openssl(0, read))
                    .contains(
                            "MAC: sha256, Iteration 600000",
                            "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256",
                            "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256");
            openssl(0, "pkcs12", "-in", "file.p12", "-passin", "pass:" + PASSWORD, "-nodes", "-out", "file.pem");
            String certificate = openssl(0, "x509", "-in", "file.pem", "-pubkey", "-noout");
            assertThat(openssl(0, "pkey", "-in", "file.pem", "-pubout")).isEqualTo(certificate);
            assertThat(openssl(0, "verify", "-CAfile", "ca.pem", "-untrusted", "file.pem", "file.pem"))
                    .contains("OK");
            openssl(1, "pkcs12", "-in", "file.p12", "-passin", "pass:plum tree by the harbor", "-noout");
        }
    }

    @Test
    void follows_a_hold_and_its_release() throws Exception {
        String path = issue("hold-01") + "/revocation";
        assertThat(status("hold-01")).contains("hold-01.pem: good");

        assertThat(server.post(path, Map.of("reason", "certificateHold")).statusCode())
                .isEqualTo(200);
        assertThat(status("hold-01")).contains("hold-01.pem: revoked", "Reason: certificateHold");
        Awaited.within(Duration.ofSeconds(5), () -> list().contains("Certificate Hold"));
        assertThat(verify(2, "hold-01")).contains("certificate revoked");

        assertThat(server.send(HttpRequest.newBuilder(server.uri(path)).DELETE())
                        .statusCode())
                .isEqualTo(200);
        assertThat(status("hold-01")).contains("hold-01.pem: good");
        Awaited.within(Duration.ofSeconds(5), () -> !list().contains("Certificate Hold"));
        assertThat(verify(0, "hold-01")).contains("OK");

        server.post(path, Map.of("reason", "certificateHold"));
        server.post(path, Map.of("reason", "keyCompromise"));
        assertThat(status("hold-01")).contains("hold-01.pem: revoked", "Reason: keyCompromise");
        Awaited.within(Duration.ofSeconds(5), () -> list().contains("Key Compromise"));
        assertThat(verify(2, "hold-01")).contains("certificate revoked");
    }

    @Test
    void an_answer_without_the_nonce_of_a_question_verifies_too() throws Exception {
        issue("nonce-01");
        String last = "";
        for (int i = 0; i < 25 && !last.contains("no nonce in response"); i++) {
            last = ocsp("nonce-01");
            assertThat(last).contains("Response verify OK", "nonce-01.pem: good");
        }
        assertThat(last).contains("no nonce in response");
        assertThat(ocsp("nonce-01", "-no_nonce")).contains("Response verify OK", "nonce-01.pem: good");
    }

    @Test
    void no_cache_keeps_the_word_to_try_later() throws Exception {
        openssl(
                0,
                "ocsp",
                "-issuer",
                "issuing.pem",
                "-serial",
                "0x7fffffffffffffffffffffffffffffff",
                "-no_nonce",
                "-reqout",
                "unknown.der");
        String question = inPath("unknown.der");
        HttpResponse<byte[]> last = server.get("/pki/ocsp/" + question);
        for (int i = 0; i < 25 && last.body().length > 5; i++) {
            last = server.get("/pki/ocsp/" + question);
        }
        assertThat(last.body()).as("tryLater").containsExactly(0x30, 0x03, 0x0a, 0x01, 0x03);
        assertThat(last.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    /** By POST with and without a nonce, and by GET. */
    private static String status(String name) throws Exception {
        String withNonce = ocsp(name);
        assertThat(withNonce).contains("Response verify OK");
        String withoutNonce = ocsp(name, "-no_nonce");
        openssl(0, "ocsp", "-issuer", "issuing.pem", "-cert", name + ".pem", "-no_nonce", "-reqout", "request.der");
        save("response.der", server.get("/pki/ocsp/" + inPath("request.der")).body());
        String byGet = openssl(
                0,
                "ocsp",
                "-respin",
                "response.der",
                "-issuer",
                "issuing.pem",
                "-cert",
                name + ".pem",
                "-CAfile",
                "ca.pem",
                "-no_nonce");
        nonceByGet(name);
        String answer = withNonce
                .lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .orElseThrow();
        assertThat(withoutNonce).contains(answer);
        assertThat(byGet).contains(answer);
        return withoutNonce;
    }

    private static void nonceByGet(String name) throws Exception {
        openssl(0, "ocsp", "-issuer", "issuing.pem", "-cert", name + ".pem", "-reqout", "nonce.der");
        save("nonce-response.der", getFromElsewhere("/pki/ocsp/" + inPath("nonce.der")));
        String verdict = openssl(
                0,
                "ocsp",
                "-reqin",
                "nonce.der",
                "-respin",
                "nonce-response.der",
                "-CAfile",
                "ca.pem",
                "-issuer",
                "issuing.pem",
                "-resp_text");
        assertThat(verdict)
                .contains("Response verify OK", "OCSP Nonce")
                .doesNotContain("no nonce in response", "Nonce Verify error");
    }

    /** From a source that has not asked for many signatures, as others here do on purpose. */
    private static byte[] getFromElsewhere(String path) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .localAddress(InetAddress.getByName("127.0.0.9"))
                .build()) {
            return client.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofByteArray())
                    .body();
        }
    }

    private static String inPath(String request) throws IOException {
        return Base64.getEncoder()
                .encodeToString(Files.readAllBytes(directory.resolve(request)))
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }

    private static String ocsp(String name, String... options) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("ocsp", "-issuer", "issuing.pem", "-cert", name + ".pem", "-CAfile", "ca.pem"));
        arguments.addAll(List.of("-url", server.uri("/pki/ocsp").toString()));
        arguments.addAll(List.of(options));
        return openssl(0, arguments.toArray(String[]::new));
    }

    private static String list() throws Exception {
        save("crl.der", server.get("/pki/crl").body());
        return openssl(0, "crl", "-inform", "DER", "-in", "crl.der", "-noout", "-text");
    }

    private static String verify(int exit, String name) throws Exception {
        StringBuilder lists = new StringBuilder();
        for (String list : List.of("crl", "root-crl")) {
            save(list + ".der", server.get("/pki/" + list).body());
            lists.append(openssl(0, "crl", "-inform", "DER", "-in", list + ".der"));
        }
        Files.writeString(directory.resolve("lists.pem"), lists);
        return openssl(
                exit,
                "verify",
                "-x509_strict",
                "-crl_check_all",
                "-CRLfile",
                "lists.pem",
                "-CAfile",
                "ca.pem",
                "-untrusted",
                "issuing.pem",
                name + ".pem");
    }
}
