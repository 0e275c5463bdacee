package dev.waxwing.server.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Where the console can be reached, known once its port is open. */
@Component
public class ConsoleAddress {

    private final ConsoleProperties properties;
    private final boolean tls;
    private volatile int port;

    ConsoleAddress(ConsoleProperties properties, Environment environment) {
        this.properties = properties;
        this.tls = environment.containsProperty("server.ssl.key-store")
                || environment.containsProperty("server.ssl.certificate")
                || environment.containsProperty("server.ssl.bundle");
    }

    @EventListener
    void opened(WebServerInitializedEvent event) {
        if (event.getApplicationContext().getServerNamespace() == null) {
            port = event.getWebServer().getPort();
        }
    }

    /** The console's address as somebody on this host would type it, without a slash at its end. */
    public String url() {
        return (tls ? "https://" : "http://") + host() + ":" + port;
    }

    private String host() {
        try {
            InetAddress bind = InetAddress.getByName(properties.bind());
            if (bind.isAnyLocalAddress()) {
                return "localhost";
            }
        } catch (UnknownHostException _) {
            return properties.bind();
        }
        return properties.bind().indexOf(':') < 0 ? properties.bind() : "[" + properties.bind() + "]";
    }
}
