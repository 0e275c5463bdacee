package dev.waxwing.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.RemoteIpValve;
import org.apache.catalina.valves.ValveBase;
import org.junit.jupiter.api.Test;

/** What is believed of a proxy's word. */
class ProxyTest {

    @Test
    void believes_the_address_that_the_proxy_added() throws Exception {
        assertThat(seenAs("203.0.113.7")).isEqualTo("203.0.113.7");
    }

    @Test
    void believes_no_address_that_a_client_in_a_private_network_made_up() throws Exception {
        assertThat(seenAs("198.51.100.1, 10.0.0.5")).isEqualTo("10.0.0.5");
        assertThat(seenAs("198.51.100.1", "10.0.0.5")).isEqualTo("10.0.0.5");
    }

    private static String seenAs(String... forwardedFor) throws Exception {
        Request request = new Request(new Connector(), new org.apache.coyote.Request());
        for (String value : forwardedFor) {
            request.getCoyoteRequest()
                    .getMimeHeaders()
                    .addValue("X-Forwarded-For")
                    .setString(value);
        }
        request.setRemoteAddr("127.0.0.1");
        List<String> seen = new ArrayList<>();
        RemoteIpValve valve = ProxyConfiguration.valve();
        valve.setNext(new ValveBase() {
            @Override
            public void invoke(Request passed, Response response) {
                seen.add(passed.getRemoteAddr());
            }
        });
        valve.invoke(request, new Response(new org.apache.coyote.Response()));
        return seen.getFirst();
    }
}
