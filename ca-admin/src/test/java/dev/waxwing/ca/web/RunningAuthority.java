package dev.waxwing.ca.web;

import dev.waxwing.ca.TestRequests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The authority as an application on a free port, asked over HTTP like any client would. */
final class RunningAuthority implements AutoCloseable {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private final ConfigurableApplicationContext context;
    private final HttpClient client = HttpClient.newHttpClient();

    RunningAuthority(Path directory) {
        SpringApplication application = new SpringApplicationBuilder(CaAdminApplication.class)
                .properties(Map.of(
                        "server.port", "0",
                        "server.address", "127.0.0.1",
                        "waxwing.data-dir", directory.toString(),
                        "spring.main.banner-mode", "off",
                        "spring.datasource.url", "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1"))
                .build();
        context = application.run();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    URI uri(String path) {
        int port = ((WebServerApplicationContext) context).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<byte[]> get(String path) {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    HttpResponse<byte[]> post(String path, Object body) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(
                        body instanceof String text
                                ? text.getBytes(StandardCharsets.UTF_8)
                                : JSON.writeValueAsBytes(body))));
    }

    JsonNode issue(String name) {
        return issue(name, TestRequests.p256());
    }

    JsonNode issue(String name, KeyPair pair) {
        String csr = TestRequests.pem(TestRequests.request("CN=" + name, pair));
        HttpResponse<byte[]> response = post("/api/v1/certificates", Map.of("csr", csr, "profile", "camera"));
        if (response.statusCode() != 201) {
            throw new AssertionError(response.statusCode() + " " + new String(response.body()));
        }
        return json(response);
    }

    static JsonNode json(HttpResponse<byte[]> response) {
        return JSON.readTree(response.body());
    }

    @Override
    public void close() {
        context.close();
        client.close();
    }
}
