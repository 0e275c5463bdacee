package dev.waxwing.ca.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.ca.PkixCheck;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.revocation.Revocation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** OpenSSL judges what the authority makes. */
class OpensslTest {

    @TempDir
    Path directory;

    private RunningAuthority server;
    private OpensslJudge openssl;

    @BeforeEach
    void start() throws IOException {
        OpensslJudge.assumeInstalled();
        server = new RunningAuthority(directory.resolve("data"));
        openssl = new OpensslJudge(directory, server);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private void revoke(JsonNode issued) throws Exception {
        revoke(issued, "/pki/crl");
    }

    private void revoke(JsonNode issued, String list) throws Exception {
        String path = "/api/v1/certificates/" + issued.path("serialNumber").asString() + "/revocation";
        assertThat(server.post(path, Map.of("reason", "keyCompromise")).statusCode())
                .isEqualTo(200);
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(issued.path("pem").asString().getBytes(StandardCharsets.US_ASCII)));
        assertThat(server.bean(Revocation.class).isRevoked(certificate)).isTrue();
        Awaited.within(
                Duration.ofSeconds(5),
                () -> PkixCheck.crl(server.get(list).body()).isRevoked(certificate));
    }

    @Test
    void verify_with_crl_check_tells_good_from_revoked() throws Exception {
        JsonNode camera = openssl.issue("camera-01");
        openssl.fetchLists("crl", "root-crl");
        String[] check = OpensslJudge.checkAll("issuing.pem", "camera-01.pem");
        openssl.accepts("camera-01.pem: OK", check);

        revoke(camera);
        openssl.fetchLists("crl", "root-crl");
        OpensslJudge.Verdict revoked = openssl.run(check);
        assertThat(revoked.output()).contains("certificate revoked");
        assertThat(revoked.exit()).isNotZero();
    }

    @Test
    void both_issuers_hold_after_a_rotation_each_by_its_own_list_and_responder() throws Exception {
        JsonNode before = openssl.issue("before");
        String former = server.bean(CertificateAuthority.class).issuing().id().toString();
        assertThat(server.post("/api/v1/authority/issuing/rotation", Map.of()).statusCode())
                .isEqualTo(201);
        openssl.issue("after");
        openssl.save(
                "former.pem", server.get("/pki/issuing-ca/" + former + ".pem").body());
        openssl.save("current.pem", server.get("/pki/issuing-ca.pem").body());
        assertThat(openssl.text("former.pem"))
                .isEqualTo(openssl.text("issuing.pem"))
                .isNotEqualTo(openssl.text("current.pem"));

        openssl.fetchLists("crl", "crl/" + former, "root-crl");
        openssl.accepts("before.pem: OK", OpensslJudge.checkAll("former.pem", "before.pem"));
        openssl.accepts("after.pem: OK", OpensslJudge.checkAll("current.pem", "after.pem"));
        openssl.accepts("before.pem: good", ocspOf("former.pem", "before.pem"));
        openssl.accepts("after.pem: good", ocspOf("current.pem", "after.pem"));
        assertThat(openssl.run(ocspOf("current.pem", "before.pem")).output()).contains("before.pem: unknown");

        revoke(before, "/pki/crl/" + former);
        openssl.fetchLists("crl", "crl/" + former, "root-crl");
        assertThat(openssl.run(OpensslJudge.checkAll("former.pem", "before.pem"))
                        .output())
                .contains("certificate revoked");
        openssl.accepts("after.pem: OK", OpensslJudge.checkAll("current.pem", "after.pem"));
        assertThat(openssl.run(ocspOf("former.pem", "before.pem")).output())
                .contains("before.pem: revoked", "Response verify OK");
    }

    private String[] ocspOf(String issuer, String certificate) {
        return new String[] {
            "ocsp",
            "-issuer",
            issuer,
            "-cert",
            certificate,
            "-CAfile",
            "ca.pem",
            "-url",
            server.uri("/pki/ocsp").toString()
        };
    }

    @Test
    void an_exported_root_key_opens_with_its_passphrase_and_is_that_of_the_root() throws Exception {
        openssl.save("root.key", server.bean(CertificateAuthority.class).exportRoot("seven brown owls at dusk"));
        openssl.accepts(
                "",
                "pkey",
                "-in",
                "root.key",
                "-passin",
                "pass:seven brown owls at dusk",
                "-pubout",
                "-out",
                "exported-public.pem");
        openssl.accepts("", "x509", "-in", "ca.pem", "-pubkey", "-noout", "-out", "root-public.pem");
        assertThat(openssl.text("exported-public.pem")).isEqualTo(openssl.text("root-public.pem"));
    }

    @Test
    void the_list_is_version_2_and_its_signature_holds() throws Exception {
        revoke(openssl.issue("camera-01"));
        openssl.fetchLists("crl", "root-crl");
        openssl.accepts("verify OK", "crl", "-inform", "DER", "-in", "crl.der", "-CAfile", "issuing.pem", "-noout");
        OpensslJudge.Verdict text = openssl.run("crl", "-inform", "DER", "-in", "crl.der", "-noout", "-text");
        assertThat(text.output())
                .contains("Version 2", "X509v3 CRL Number", "X509v3 Authority Key Identifier", "Key Compromise");
        openssl.accepts("verify OK", "crl", "-inform", "DER", "-in", "root-crl.der", "-CAfile", "ca.pem", "-noout");
    }

    @Test
    void ocsp_over_http_tells_good_from_revoked_from_unknown() throws Exception {
        JsonNode camera = openssl.issue("camera-01");
        openssl.accepts("camera-01.pem: good", ocsp("-cert", "camera-01.pem"));
        openssl.accepts("camera-01.pem: good", ocsp("-no_nonce", "-cert", "camera-01.pem"));
        openssl.accepts("camera-01.pem: good", ocsp("-sha256", "-cert", "camera-01.pem"));
        openssl.accepts("0xABCDEF: unknown", ocsp("-serial", "0xABCDEF"));

        revoke(camera);
        OpensslJudge.Verdict revoked = openssl.run(ocsp("-cert", "camera-01.pem"));
        assertThat(revoked.output()).contains("camera-01.pem: revoked", "Reason: keyCompromise", "Response verify OK");
        assertThat(openssl.run(ocsp("-no_nonce", "-cert", "camera-01.pem")).output())
                .contains("camera-01.pem: revoked");
    }

    private String[] ocsp(String... question) {
        List<String> arguments = new ArrayList<>(List.of("ocsp", "-issuer", "issuing.pem"));
        List<String> asked = new ArrayList<>(List.of(question));
        // The digest must stand before the certificate that it is for.
        arguments.addAll(asked);
        arguments.addAll(
                List.of("-CAfile", "ca.pem", "-url", server.uri("/pki/ocsp").toString()));
        return arguments.toArray(String[]::new);
    }

    @Test
    void ocsp_by_get_answers_what_openssl_asks() throws Exception {
        openssl.issue("camera-01");
        openssl.accepts(
                "", "ocsp", "-issuer", "issuing.pem", "-cert", "camera-01.pem", "-no_nonce", "-reqout", "request.der");
        byte[] request = Files.readAllBytes(directory.resolve("request.der"));
        String base64 = Base64.getEncoder().encodeToString(request);
        for (String path :
                List.of(base64, base64.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"))) {
            openssl.save("response.der", rawGet("/pki/ocsp/" + path));
            openssl.accepts(
                    "camera-01.pem: good",
                    "ocsp",
                    "-respin",
                    "response.der",
                    "-issuer",
                    "issuing.pem",
                    "-cert",
                    "camera-01.pem",
                    "-CAfile",
                    "ca.pem",
                    "-no_nonce");
        }
    }

    @Test
    void ocsp_by_get_takes_slashes_one_after_the_other_and_encoded() throws Exception {
        // A request in base64 whose text has "//" and "+", as any request may by chance.
        byte[] request = Base64.getDecoder().decode("MA//+/8=");
        String base64 = Base64.getEncoder().encodeToString(request);
        assertThat(base64).contains("//+/");
        for (String path : List.of(base64, base64.replace("/", "%2F").replace("+", "%2B"))) {
            assertThat(rawGet("/pki/ocsp/" + path))
                    .as("malformedRequest, not an error of the web server")
                    .containsExactly(0x30, 0x03, 0x0a, 0x01, 0x01);
        }
    }

    /** Java's newer client would tidy the path up. */
    private byte[] rawGet(String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(server.uri("") + path).toURL().openConnection();
        try (var in = connection.getInputStream()) {
            assertThat(connection.getContentType()).isEqualTo("application/ocsp-response");
            assertThat(connection.getHeaderField("Cache-Control")).isEqualTo("max-age=60, public");
            return in.readAllBytes();
        }
    }

    @Test
    void requests_of_openssl_are_accepted() throws Exception {
        for (List<String> key : List.of(
                List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
                List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-384"),
                List.of("rsa:2048"),
                List.of("rsa:3072"))) {
            List<String> command = new ArrayList<>(List.of("req", "-new", "-nodes", "-subj", "/CN=openssl-01"));
            command.addAll(List.of("-keyout", "key.pem", "-out", "request.pem", "-newkey"));
            command.addAll(key);
            assertThat(openssl.run(command.toArray(String[]::new)).exit())
                    .as(command.toString())
                    .isZero();
            var response = server.post(
                    "/api/v1/certificates", Map.of("csr", openssl.text("request.pem"), "profile", "gateway"));
            assertThat(response.statusCode()).as(new String(response.body())).isEqualTo(201);
            openssl.save(
                    "chain.pem",
                    RunningAuthority.json(response).path("chainPem").asString().getBytes(StandardCharsets.US_ASCII));
            openssl.accepts("chain.pem: OK", "verify", "-CAfile", "ca.pem", "-untrusted", "chain.pem", "chain.pem");
        }
    }

    @Test
    void the_key_files_open_with_the_key_file() throws Exception {
        String file = "data/keys/issuing-"
                + server.bean(CertificateAuthority.class).issuing().id() + ".pem";
        openssl.accepts("", "pkey", "-in", file, "-passin", "file:data/keys/key-file", "-noout");
        assertThat(openssl.run("pkey", "-in", file, "-passin", "pass:wrong", "-noout")
                        .exit())
                .isNotZero();
    }

    @Test
    void the_fingerprint_of_an_invite_is_that_of_the_roots_key() throws Exception {
        String fingerprint = RunningAuthority.json(server.post("/api/v1/invites", Map.of("name", "camera-01")))
                .path("caFingerprint")
                .asString();
        openssl.accepts("", "x509", "-in", "ca.pem", "-pubkey", "-noout", "-out", "root-key.pem");
        openssl.accepts("", "pkey", "-pubin", "-in", "root-key.pem", "-outform", "DER", "-out", "root-key.der");
        assertThat(openssl.run("dgst", "-sha256", "root-key.der").output()).contains(fingerprint);
    }

    @Test
    void the_jdk_asks_the_responder_over_http() throws Exception {
        JsonNode camera = openssl.issue("camera-01");
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(camera.path("pem").asString().getBytes(StandardCharsets.US_ASCII)));
        JdkJudge judge = new JdkJudge(server);
        judge.validate(certificate);
        revoke(camera);
        assertThat(judge.refusal(certificate)).contains("revoked");
    }

    @Test
    void a_weak_key_of_openssl_is_refused() throws Exception {
        assertThat(openssl.run(
                                "req",
                                "-new",
                                "-nodes",
                                "-subj",
                                "/CN=a",
                                "-newkey",
                                "rsa:1024",
                                "-keyout",
                                "k.pem",
                                "-out",
                                "r.pem")
                        .exit())
                .isZero();
        var response = server.post("/api/v1/certificates", Map.of("csr", openssl.text("r.pem"), "profile", "camera"));
        assertThat(response.statusCode()).isEqualTo(422);
    }
}
