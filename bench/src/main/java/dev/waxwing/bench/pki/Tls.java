package dev.waxwing.bench.pki;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLParameters;

/** What all subjects that speak TLS have in common: version, suite, certificates, and no resumption. */
public final class Tls {

    public static final String VERSION = "TLSv1.3";
    public static final String SUITE = "TLS_AES_256_GCM_SHA384";

    /** JVM options under which servers of the JDK and of Netty give out no tickets, so that no handshake is abbreviated. */
    public static final List<String> WITHOUT_RESUMPTION = List.of(
            "-Djdk.tls.server.newSessionTicketCount=0",
            "-Djdk.tls.server.enableSessionTicketExtension=false",
            "-Djdk.tls.client.enableSessionTicketExtension=false");

    private Tls() {}

    /** Makes an authority and writes the files of a server and a client. */
    public static void writeKeys(Path directory) throws IOException {
        Authority authority = Authority.allP256();
        new KeyFile(authority.issueTls(true), authority.root()).write(server(directory));
        new KeyFile(authority.issueTls(false), authority.root()).write(client(directory));
    }

    public static Path server(Path directory) {
        return directory.resolve("server.p12");
    }

    public static Path client(Path directory) {
        return directory.resolve("client.p12");
    }

    /** A server that wants to know who the client is. */
    public static SSLParameters serverParameters() {
        SSLParameters parameters = new SSLParameters(new String[] {SUITE}, new String[] {VERSION});
        parameters.setNeedClientAuth(true);
        return parameters;
    }

    /** A client that compares the server's name. */
    public static SSLParameters clientParameters() {
        SSLParameters parameters = new SSLParameters(new String[] {SUITE}, new String[] {VERSION});
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        return parameters;
    }
}
