package dev.waxwing.server.web;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Enumeration;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.RemoteIpValve;
import org.apache.tomcat.util.http.MimeHeaders;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Believes a proxy of a private network about the browser's address and about TLS, and only when told that there is one. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("waxwing.console.behind-proxy")
class ProxyConfiguration {

    private static final String FORWARDED_FOR = "X-Forwarded-For";

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> forwardedHeaders() {
        return factory -> factory.addEngineValves(valve());
    }

    static RemoteIpValve valve() {
        RemoteIpValve valve = new OneProxy();
        valve.setRemoteIpHeader(FORWARDED_FOR);
        valve.setProtocolHeader("X-Forwarded-Proto");
        valve.setPortHeader("X-Forwarded-Port");
        return valve;
    }

    /**
     * Believes only what the proxy itself added, which is the last address. Those before it are the client's own words, and a
     * client in a private network would be taken for one more proxy that vouches for them.
     */
    private static final class OneProxy extends RemoteIpValve {
        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            MimeHeaders headers = request.getCoyoteRequest().getMimeHeaders();
            String last = null;
            for (Enumeration<String> lines = headers.values(FORWARDED_FOR); lines.hasMoreElements(); ) {
                last = lines.nextElement();
            }
            if (last != null) {
                headers.setValue(FORWARDED_FOR)
                        .setString(last.substring(last.lastIndexOf(',') + 1).strip());
            }
            super.invoke(request, response);
        }
    }
}
