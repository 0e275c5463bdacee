package dev.waxwing.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waxwing.evidence.ClassicManifest.ContentSignature;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of a bundle's README, as they stand there, with the real OpenSSL. */
class OpenSslTest {

    private static final int FINGERPRINT = 1;
    private static final int ISSUING_CHECK = 3;
    private static final int CONTENT_HASH = 5;
    private static final int CONTENT_HASH_SIGNED = 6;
    private static final int MANIFEST_SIGNATURE = 7;
    private static final int SIGNER = 8;
    private static final int SIGNER_SIGNED = 9;
    private static final int RECEIPT_SIGNATURE = 10;
    private static final int RECEIPT_SIGNER = 11;
    private static final int MANIFEST_HASH = 12;
    private static final int MANIFEST_HASH_SIGNED = 13;
    private static final int TIME = 14;
    private static final int STATUS = 15;
    private static final int LIST_CHECK = 17;
    private static final int COMMANDS = 18;

    private static final int CLASSIC_KEY_HASH = 8;
    private static final int CLASSIC_KEY_HASH_SIGNED = 9;
    private static final int CLASSIC_SIGNATURE = 10;
    private static final int CLASSIC_RECEIPT_SIGNATURE = 11;
    private static final int CLASSIC_LEVEL = 15;
    private static final int CLASSIC_COMMANDS = 19;

    private final TestEvidence given = new TestEvidence();

    @TempDir
    private Path directory;

    private record Result(int exit, String output) {}

    @BeforeAll
    static void needs_openssl() throws Exception {
        boolean present;
        try {
            Process process = new ProcessBuilder("openssl", "version").start();
            present = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .matches("(?s)OpenSSL [3-9]\\..*");
        } catch (IOException e) {
            present = false;
        }
        assumeTrue(present, "there is no OpenSSL 3 on the path: the README's commands are not tried");
    }

    @Test
    void every_command_of_the_readme_does_what_it_says() throws Exception {
        List<Result> results = run(given.write(directory));
        assertThat(results).hasSize(COMMANDS).allMatch(result -> result.exit() == 0);
        String hash = given.manifest().sha256().hex();
        assertThat(output(results, FINGERPRINT).replace(":", "").toLowerCase(Locale.ROOT))
                .contains(Sha256.of(Bytes.of(given.pki.rootCertificate().getEncoded()))
                        .hex());
        assertThat(output(results, ISSUING_CHECK)).contains("issuing.pem: OK");
        assertThat(output(results, CONTENT_HASH)).contains(hash);
        assertThat(output(results, CONTENT_HASH_SIGNED)).contains(hash);
        assertThat(output(results, MANIFEST_SIGNATURE)).contains("CMS Verification successful");
        assertThat(output(results, SIGNER))
                .contains("CN = camera-7", "URI:urn:waxwing:device:camera-7", Role.DEVICE.oid(), "critical");
        assertThat(output(results, SIGNER_SIGNED)).isEqualToIgnoringNewLines("\"device\":\"camera-7\"");
        assertThat(output(results, RECEIPT_SIGNATURE)).contains("CMS Verification successful");
        assertThat(output(results, RECEIPT_SIGNER)).contains("URI:urn:waxwing:receipt:receipts", Role.RECEIPT.oid());
        String manifestHash = Manifest.sha256(given.manifest().encode()).hex();
        assertThat(output(results, MANIFEST_HASH)).contains(manifestHash);
        assertThat(output(results, MANIFEST_HASH_SIGNED)).contains(manifestHash);
        assertThat(output(results, TIME)).contains("2026-06-01T12:00:00.123Z");
        assertThat(output(results, STATUS)).containsPattern("(?s)Response verify OK.*device.pem: .*good\n");
        assertThat(output(results, STATUS))
                .contains("This Update: Jun  1 11:50:00 2026 GMT", "Next Update: Jun  1 12:50:00 2026 GMT");
        assertThat(output(results, LIST_CHECK)).contains("device.pem: OK", "receipt-signer.pem: OK");
    }

    @Test
    void every_command_of_the_readme_does_what_it_says_when_two_authorities_issued_the_certificates() throws Exception {
        given.rotate();
        List<Result> results = run(given.write(directory));
        assertThat(results).allMatch(result -> result.exit() == 0);
        assertThat(results.stream().map(Result::output))
                .anyMatch(output -> output.contains("issuing.pem: OK") && output.contains("receipt-issuing.pem: OK"))
                .anyMatch(output -> output.matches("(?s).*Response verify OK.*good\n.*"))
                .anyMatch(output -> output.equals("device.pem: OK\n"))
                .anyMatch(output -> output.equals("receipt-signer.pem: OK\n"));
        assertThat(results.stream().filter(result -> result.output().contains("CMS Verification successful")))
                .hasSize(2);
    }

    @Test
    void shows_a_receipt_signer_that_its_own_authority_revoked() throws Exception {
        given.rotate();
        given.receiptRevoked = List.of(given.receiptSigner.certificate());
        Result last = run(given.write(directory)).getLast();
        assertThat(last.exit()).isNotZero();
        assertThat(last.output()).contains("certificate revoked");
    }

    @Test
    void accepts_every_kind_of_key_that_the_specification_allows() throws Exception {
        for (KeyPair keys : List.of(TestPki.ec("secp384r1"), TestPki.rsa(2048))) {
            given.device = given.pki.request(Role.DEVICE, "camera-7").keys(keys).issue();
            List<Result> results = run(given.write(directory));
            assertThat(results).allMatch(result -> result.exit() == 0);
        }
    }

    @Test
    void accepts_the_signatures_with_the_enclosed_authorities_alone() throws Exception {
        Path unpacked = unpack(given.write(directory));
        for (String file : List.of("manifest", "receipt")) {
            Result result = run(
                    unpacked,
                    ("openssl cms -verify -binary -inform DER -in FILE.p7s -content FILE.json -CAfile ca.pem"
                                    + " -certfile chain.pem -purpose any -attime 1780315200 -out /dev/null")
                            .replace("FILE", file));
            assertThat(result.exit()).as(result.output()).isZero();
        }
    }

    @Test
    void refuses_a_changed_manifest_and_a_changed_receipt() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        files.get("manifest.json")[20] ^= 1;
        files.get("receipt.json")[20] ^= 1;
        List<Result> results = run(TestEvidence.pack(directory, files));
        assertThat(results.get(MANIFEST_SIGNATURE).exit()).isNotZero();
        assertThat(results.get(RECEIPT_SIGNATURE).exit()).isNotZero();
    }

    @Test
    void refuses_a_chain_to_another_root() throws Exception {
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        files.put(
                "ca.pem",
                TestEvidence.unpack(new TestEvidence().write(directory)).get("ca.pem"));
        List<Result> results = run(TestEvidence.pack(directory, files));
        assertThat(results.get(ISSUING_CHECK).exit()).isNotZero();
        assertThat(results.get(MANIFEST_SIGNATURE).exit()).isNotZero();
        assertThat(results.get(RECEIPT_SIGNATURE).exit()).isNotZero();
    }

    @Test
    void shows_a_revoked_device() throws Exception {
        Credential responder = given.pki.ocspResponder();
        Map<String, byte[]> files = TestEvidence.unpack(given.write(directory));
        var device = given.device.certificate();
        files.put(
                "status/device.ocsp.der",
                given.pki.staple(responder).revoked(device, TestPki.NOW).make().toArray());
        files.put("status/ca.crl.der", given.pki.crl(List.of(device)).toArray());
        List<Result> results = run(TestEvidence.pack(directory, files));
        assertThat(output(results, STATUS)).containsPattern("(?s)device.pem: .*revoked\n");
        assertThat(results.get(LIST_CHECK).exit()).isNotZero();
        assertThat(output(results, LIST_CHECK)).contains("certificate revoked", "receipt-signer.pem: OK");
    }

    @Test
    void every_command_of_the_readme_of_classic_does_what_it_says() throws Exception {
        var classic = new TestClassicEvidence();
        List<Result> results = run(classic.write(directory));
        assertThat(results).hasSize(CLASSIC_COMMANDS).allMatch(result -> result.exit() == 0);
        String hash = classic.manifest().sha256().hex();
        assertThat(output(results, CONTENT_HASH)).contains(hash);
        assertThat(output(results, CONTENT_HASH_SIGNED)).contains(hash);
        String key = classic.manifest().deviceKeySha256().hex();
        assertThat(output(results, CLASSIC_KEY_HASH)).contains(key);
        assertThat(output(results, CLASSIC_KEY_HASH_SIGNED)).contains(key);
        assertThat(output(results, CLASSIC_SIGNATURE)).contains("Verified OK");
        assertThat(output(results, CLASSIC_RECEIPT_SIGNATURE)).contains("CMS Verification successful");
        assertThat(output(results, CLASSIC_LEVEL)).isEqualToIgnoringNewLines("\"trustLevel\":\"classic\"");
        assertThat(results.getLast().output()).contains("receipt-signer.pem: OK");
    }

    @Test
    void refuses_changed_content_and_a_foreign_key_of_classic() throws Exception {
        var classic = new TestClassicEvidence();
        Map<String, byte[]> files = TestEvidence.unpack(classic.write(directory));
        String content = "content/" + EvidenceBundle.contentName(classic.manifest());
        files.get(content)[3] ^= 1;
        assertThat(run(TestEvidence.pack(directory, files))
                        .get(CLASSIC_SIGNATURE)
                        .exit())
                .isNotZero();
        files.get(content)[3] ^= 1;
        files.put(
                "device-public-key.pem",
                TestEvidence.unpack(new TestClassicEvidence().write(directory)).get("device-public-key.pem"));
        assertThat(run(TestEvidence.pack(directory, files))
                        .get(CLASSIC_SIGNATURE)
                        .exit())
                .isNotZero();
    }

    @Test
    void the_readme_of_an_unsigned_text_asks_for_nothing_that_is_not_there() throws Exception {
        var classic = new TestClassicEvidence();
        classic.kind = ContentSignature.NONE;
        classic.signature = Optional.empty();
        List<Result> results = run(classic.write(directory));
        assertThat(results).hasSize(CLASSIC_COMMANDS).allMatch(result -> result.exit() == 0);
        assertThat(output(results, CLASSIC_SIGNATURE)).isEqualToIgnoringNewLines("\"signature\":\"none\"");
    }

    private static String output(List<Result> results, int command) {
        return results.get(command).output();
    }

    private List<Result> run(Path bundle) throws Exception {
        Path unpacked = unpack(bundle);
        List<String> commands = Files.readString(unpacked.resolve("README.txt"))
                .lines()
                .map(String::strip)
                .filter(line -> line.matches("(openssl|grep|cat|awk) .*"))
                .toList();
        List<Result> results = new ArrayList<>();
        for (String command : commands) {
            results.add(run(unpacked, command));
        }
        return results;
    }

    private Path unpack(Path bundle) throws IOException {
        Path unpacked = Files.createTempDirectory(directory, "unpacked");
        for (Map.Entry<String, byte[]> file : TestEvidence.unpack(bundle).entrySet()) {
            Path path = unpacked.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return unpacked;
    }

    private static Result run(Path directory, String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), output);
    }
}
