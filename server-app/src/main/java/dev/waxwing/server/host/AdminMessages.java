package dev.waxwing.server.host;

import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What goes over the administration socket: one line of JSON each way. */
final class AdminMessages {

    /** A hundred invites, each with the most addresses of the longest names, are shorter. */
    private static final int MAX_LINE = 1 << 20;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private AdminMessages() {}

    static String write(HostRequest request) {
        Map<String, Object> members = new LinkedHashMap<>();
        switch (request) {
            case HostRequest.InviteDevices(List<String> names, String profile, String expiresIn, boolean replace) -> {
                members.put("command", "invite");
                members.put("names", names);
                members.put("profile", profile);
                members.put("expiresIn", expiresIn);
                members.put("replace", replace);
            }
            case HostRequest.MakeClassicKit(String name, boolean replace) -> {
                members.put("command", "classic-kit");
                members.put("name", name);
                members.put("replace", replace);
            }
            case HostRequest.RotateIssuing _ -> members.put("command", "rotate-issuing");
            case HostRequest.RevokeIssuing(String id, String reason) -> {
                members.put("command", "revoke-issuing");
                members.put("id", id);
                members.put("reason", reason);
            }
            case HostRequest.ExportRoot(String passphrase) -> {
                members.put("command", "root-export");
                members.put("passphrase", passphrase);
            }
            case HostRequest.RemoveRoot(Bytes export, String passphrase) -> {
                members.put("command", "root-remove");
                members.put("export", export.toArray());
                members.put("passphrase", passphrase);
            }
            case HostRequest.ImportRoot(Bytes export, String passphrase) -> {
                members.put("command", "root-import");
                members.put("export", export.toArray());
                members.put("passphrase", passphrase);
            }
            case HostRequest.SetupLink _ -> members.put("command", "setup-link");
            case HostRequest.Backup(boolean withMedia) -> {
                members.put("command", "backup");
                members.put("withMedia", withMedia);
            }
            case HostRequest.VerifyAudit(long id, String hash) -> {
                members.put("command", "audit-verify");
                members.put("id", id);
                members.put("hash", hash);
            }
        }
        return JSON.writeValueAsString(members);
    }

    static HostRequest readRequest(String line) throws IOException {
        JsonNode json = parse(line);
        return switch (json.path("command").asString("")) {
            case "invite" ->
                new HostRequest.InviteDevices(
                        json.path("names").values().stream()
                                .map(name -> name.asString(""))
                                .toList(),
                        json.path("profile").asString(""),
                        json.path("expiresIn").asString(""),
                        json.path("replace").asBoolean(false));
            case "classic-kit" ->
                new HostRequest.MakeClassicKit(
                        json.path("name").asString(""), json.path("replace").asBoolean(false));
            case "rotate-issuing" -> new HostRequest.RotateIssuing();
            case "revoke-issuing" ->
                new HostRequest.RevokeIssuing(
                        json.path("id").asString(""), json.path("reason").asString(""));
            case "root-export" ->
                new HostRequest.ExportRoot(json.path("passphrase").asString(""));
            case "root-remove" ->
                new HostRequest.RemoveRoot(export(json), json.path("passphrase").asString(""));
            case "root-import" ->
                new HostRequest.ImportRoot(export(json), json.path("passphrase").asString(""));
            case "setup-link" -> new HostRequest.SetupLink();
            case "backup" -> new HostRequest.Backup(json.path("withMedia").asBoolean(false));
            case "audit-verify" ->
                new HostRequest.VerifyAudit(
                        json.path("id").asLong(0), json.path("hash").asString(""));
            default -> throw new IOException("an unknown command");
        };
    }

    private static Bytes export(JsonNode json) throws IOException {
        try {
            return Bytes.of(json.path("export").binaryValue());
        } catch (JacksonException e) {
            throw new IOException("not a file", e);
        }
    }

    static String write(HostAnswer answer) {
        return JSON.writeValueAsString(Map.of("exit", answer.exit(), "text", answer.text(), "files", answer.files()));
    }

    static HostAnswer readAnswer(String line) throws IOException {
        JsonNode json = parse(line);
        if (!json.path("exit").isInt() || !json.path("text").isString()) {
            throw new IOException("not an answer: " + line);
        }
        return new HostAnswer(json.path("exit").asInt(), json.path("text").asString(), files(json.path("files")));
    }

    private static Map<String, byte[]> files(JsonNode json) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, JsonNode> file : json.properties()) {
                files.put(file.getKey(), file.getValue().binaryValue());
            }
            return files;
        } catch (JacksonException e) {
            throw new IOException("not a file", e);
        }
    }

    private static JsonNode parse(String line) throws IOException {
        try {
            return JSON.readTree(line);
        } catch (JacksonException e) {
            throw new IOException("not JSON", e);
        }
    }

    static void send(SocketChannel channel, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    static String receive(SocketChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_LINE);
        while (bytes.position() == 0 || bytes.get(bytes.position() - 1) != '\n') {
            if (!bytes.hasRemaining() || channel.read(bytes) < 0) {
                throw new IOException("a line without an end");
            }
        }
        return new String(bytes.array(), 0, bytes.position() - 1, StandardCharsets.UTF_8);
    }
}
