package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.server.web.ConsoleAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate, the authorities above it, and the lists that a server publishes of them at this moment, as files for OpenSSL:
 * {@code issued.pem}, {@code issuer.pem}, {@code ca.pem}, {@code lists.pem}.
 */
record OpensslChain(Path files, RunningServer server) {

    static void requireInstalled() throws InterruptedException {
        boolean present;
        try {
            present = new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException e) {
            present = false;
        }
        assumeTrue(present, "skipped: there is no openssl on this machine");
    }

    /** @param issued DER */
    static OpensslChain of(RunningServer server, Path files, byte[] issued, IssuingAuthority issuer) throws Exception {
        Files.createDirectories(files);
        Files.writeString(files.resolve("issued.pem"), pem("CERTIFICATE", issued));
        Files.writeString(
                files.resolve("issuer.pem"),
                pem("CERTIFICATE", issuer.certificate().getEncoded()));
        byte[] root = server.bean(CertificateAuthority.class).rootCertificate().getEncoded();
        Files.writeString(files.resolve("ca.pem"), pem("CERTIFICATE", root));
        ConsoleClient http = ConsoleClient.of(server);
        Files.writeString(
                files.resolve("lists.pem"),
                pem("X509 CRL", http.bytes("/pki/crl/" + issuer.id()).body())
                        + pem("X509 CRL", http.bytes("/pki/root-crl").body()));
        return new OpensslChain(files, server);
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type + "-----\n";
    }

    /** What OpenSSL says of the whole chain. */
    String verified() throws Exception {
        return said("verify -crl_check_all -CRLfile lists.pem -CAfile ca.pem -untrusted issuer.pem issued.pem");
    }

    /** What it says of the certificate's status, which it asks the server for. */
    String status() throws Exception {
        String url = server.bean(ConsoleAddress.class).url() + "/pki/ocsp";
        return said("ocsp -issuer issuer.pem -cert issued.pem -CAfile ca.pem -url " + url);
    }

    /** @param arguments of OpenSSL, with a blank between each two */
    String said(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Process process = new ProcessBuilder(command)
                .directory(files.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
