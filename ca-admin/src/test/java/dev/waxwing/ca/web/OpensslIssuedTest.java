package dev.waxwing.ca.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
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
    private static OpensslJudge openssl;

    @BeforeAll
    static void start() throws IOException {
        OpensslJudge.assumeInstalled();
        server = new RunningAuthority(directory.resolve("data"));
        openssl = new OpensslJudge(directory, server);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static String issue(String name) throws IOException {
        return "/api/v1/certificates/"
                + openssl.issue(name).path("serialNumber").asString();
    }

    @Test
    void reads_every_download() throws Exception {
        String path = issue("forms-01");
        openssl.save("forms.der", server.get(path + "/certificate.der").body());
        openssl.save("forms.chain", server.get(path + "/chain.pem").body());
        openssl.save("forms.p7c", server.get(path + "/chain.p7c").body());

        assertThat(openssl.exits(0, "x509", "-inform", "DER", "-in", "forms.der"))
                .isEqualTo(openssl.text("forms-01.pem"));
        assertThat(openssl.exits(0, "verify", "-CAfile", "ca.pem", "-untrusted", "forms.chain", "forms.chain"))
                .contains("OK");
        openssl.exits(0, "pkcs7", "-inform", "DER", "-in", "forms.p7c", "-print_certs", "-out", "forms-p7.pem");
        String inside = openssl.text("forms-p7.pem");
        assertThat(inside)
                .contains("subject=CN = forms-01".replace(" = ", inside.contains("CN = ") ? " = " : "="))
                .contains(openssl.text("forms-01.pem"))
                .contains(openssl.text("issuing.pem"));
        assertThat(openssl.exits(0, "pkcs7", "-inform", "DER", "-in", "forms.p7c", "-print", "-noout"))
                .as("certificates only")
                .contains("signer_info", "<EMPTY>");
    }

    @Test
    void opens_a_key_file_with_its_password_only() throws Exception {
        for (String kind : List.of("ecdsa-p256", "rsa-2048")) {
            JsonNode made = RunningAuthority.json(server.post(
                    "/api/v1/certificates",
                    Map.of("key", kind, "name", "file-01", "profile", "camera", "password", PASSWORD)));
            openssl.save(
                    "file.p12", Base64.getDecoder().decode(made.path("pkcs12").asString()));
            String[] read = {"pkcs12", "-in", "file.p12", "-passin", "pass:" + PASSWORD, "-info", "-noout"};
            assertThat(openssl.exits(0, read))
                    .contains(
                            "MAC: sha256, Iteration 600000",
                            "Shrouded Keybag: PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256",
                            "PKCS7 Encrypted data: PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256");
            openssl.exits(0, "pkcs12", "-in", "file.p12", "-passin", "pass:" + PASSWORD, "-nodes", "-out", "file.pem");
            String certificate = openssl.exits(0, "x509", "-in", "file.pem", "-pubkey", "-noout");
            assertThat(openssl.exits(0, "pkey", "-in", "file.pem", "-pubout")).isEqualTo(certificate);
            assertThat(openssl.exits(0, "verify", "-CAfile", "ca.pem", "-untrusted", "file.pem", "file.pem"))
                    .contains("OK");
            openssl.exits(1, "pkcs12", "-in", "file.p12", "-passin", "pass:plum tree by the harbor", "-noout");
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
        openssl.exits(
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
        openssl.exits(
                0, "ocsp", "-issuer", "issuing.pem", "-cert", name + ".pem", "-no_nonce", "-reqout", "request.der");
        openssl.save(
                "response.der", server.get("/pki/ocsp/" + inPath("request.der")).body());
        String byGet = openssl.exits(
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
        openssl.exits(0, "ocsp", "-issuer", "issuing.pem", "-cert", name + ".pem", "-reqout", "nonce.der");
        openssl.save("nonce-response.der", getFromElsewhere("/pki/ocsp/" + inPath("nonce.der")));
        String verdict = openssl.exits(
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
        return openssl.exits(0, arguments.toArray(String[]::new));
    }

    private static String list() throws Exception {
        openssl.save("crl.der", server.get("/pki/crl").body());
        return openssl.exits(0, "crl", "-inform", "DER", "-in", "crl.der", "-noout", "-text");
    }

    private static String verify(int exit, String name) throws Exception {
        openssl.fetchLists("crl", "root-crl");
        return openssl.exits(exit, OpensslJudge.checkAll("issuing.pem", name + ".pem"));
    }
}
