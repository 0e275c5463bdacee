package dev.waxwing.server.host;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Where somebody on this host finds the console. */
@Component
final class ConsoleUrl {

    private static final String[] TLS = {"server.ssl.bundle", "server.ssl.key-store", "server.ssl.certificate"};

    private final Environment environment;

    ConsoleUrl(Environment environment) {
        this.environment = environment;
    }

    /**
     * Without a slash at its end.
     *
     * @throws IllegalStateException while the port is any free one and not known yet
     */
    String url() {
        String bind = environment.getProperty("waxwing.console.bind", "127.0.0.1");
        int configured = environment.getProperty("waxwing.console.port", Integer.class, 8080);
        int port = environment.getProperty("local.server.port", Integer.class, configured);
        if (port == 0) {
            throw new IllegalStateException("The console's port is not known while the server is not running."
                    + " Start the server first, or set waxwing.console.port.");
        }
        boolean tls = Arrays.stream(TLS).anyMatch(environment::containsProperty);
        return (tls ? "https://" : "http://") + host(bind) + ":" + port;
    }

    private static String host(String bind) {
        try {
            if (InetAddress.getByName(bind).isAnyLocalAddress()) {
                return "localhost";
            }
        } catch (UnknownHostException e) {
            return bind;
        }
        return bind.indexOf(':') < 0 ? bind : "[" + bind + "]";
    }
}
