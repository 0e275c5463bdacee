package dev.waxwing.bench.waxwing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real server that makes many invites, over its REST interface. */
public final class InvitingServer implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String PASSWORD = "only for this benchmark";

    private final RealServer server;
    private final URI api;
    private final HttpClient http = HttpClient.newHttpClient();

    private InvitingServer(RealServer server, URI api) {
        this.server = server;
        this.api = api;
    }

    /** @see RealServer#start */
    public static InvitingServer start(Path repository, Path directory, List<String> settings)
            throws IOException, InterruptedException {
        Path password = Files.writeString(directory.resolve("password"), PASSWORD);
        List<String> all = new ArrayList<>(settings);
        all.add("--waxwing.console.admin-password-file=" + password);
        RealServer server = RealServer.start(repository, directory, all);
        return new InvitingServer(server, URI.create("http://127.0.0.1:%d/api/v1/".formatted(server.consolePort())));
    }

    public long pid() {
        return server.pid();
    }

    public Path media() {
        return server.media();
    }

    /** Makes invites for devices of different names. */
    public List<String> invites(int count) throws IOException, InterruptedException {
        String basic = Base64.getEncoder().encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        String token = post("tokens", Map.of("label", "bench", "role", "admin"), "Basic " + basic)
                .get("token")
                .asString();
        List<String> invites = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            invites.add(post("invites", Map.of("name", "bench-" + i), "Bearer " + token)
                    .get("invite")
                    .asString());
        }
        return invites;
    }

    private JsonNode post(String path, Map<String, ?> body, String authorization)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(api.resolve(path))
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IOException("%s answered %d: %s".formatted(path, response.statusCode(), response.body()));
        }
        return JSON.readTree(response.body());
    }

    @Override
    public void close() {
        http.close();
        server.close();
    }
}
