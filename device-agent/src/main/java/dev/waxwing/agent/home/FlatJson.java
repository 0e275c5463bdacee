package dev.waxwing.agent.home;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** One JSON object of strings, truth values and lists of strings. */
public final class FlatJson {

    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, Object> members = new HashMap<>();

    private FlatJson() {}

    /**
     * Reads a file.
     *
     * @throws AgentFailure if it holds anything else
     */
    public static FlatJson read(Path file) throws IOException, AgentFailure {
        byte[] bytes = Files.readAllBytes(file);
        FlatJson result = new FlatJson();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not an object");
            }
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                result.members.put(name, value(json));
            }
            return result;
        } catch (JacksonException | IllegalArgumentException malformed) {
            throw new AgentFailure(
                    "%s is damaged".formatted(file),
                    null,
                    "Restore it from a copy, or enrol again with --replace.",
                    malformed);
        }
    }

    private static Object value(JsonParser json) {
        return switch (json.nextToken()) {
            case VALUE_STRING -> json.getString();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case START_ARRAY -> {
                List<String> texts = new ArrayList<>();
                while (json.nextToken() == JsonToken.VALUE_STRING) {
                    texts.add(json.getString());
                }
                yield texts;
            }
            default -> throw new IllegalArgumentException("unexpected value");
        };
    }

    /** The object as indented text. */
    public static byte[] write(Map<String, Object> members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ObjectWriteContext indented = new ObjectWriteContext.Base() {
            @Override
            public PrettyPrinter getPrettyPrinter() {
                return new DefaultPrettyPrinter();
            }
        };
        try (JsonGenerator json = JSON.createGenerator(indented, bytes)) {
            json.writeStartObject();
            members.forEach((name, value) -> {
                json.writeName(name);
                switch (value) {
                    case Boolean truth -> json.writeBoolean(truth);
                    case List<?> list -> {
                        json.writeStartArray();
                        list.forEach(text -> json.writeString(text.toString()));
                        json.writeEndArray();
                    }
                    default -> json.writeString(value.toString());
                }
            });
            json.writeEndObject();
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }

    /** Whether there is a member of this name. */
    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** @throws IllegalArgumentException if there is no such string */
    public String text(String name) {
        return get(name, String.class);
    }

    /** @throws IllegalArgumentException if there is no such truth value */
    public boolean truth(String name) {
        return get(name, Boolean.class);
    }

    /** @throws IllegalArgumentException if there is no such string, or it is not base64 */
    public byte[] bytes(String name) {
        return Base64.getDecoder().decode(text(name));
    }

    /** @throws IllegalArgumentException if there is no such list */
    public List<String> texts(String name) {
        List<?> list = get(name, List.class);
        return list.stream().map(Object::toString).toList();
    }

    private <T> T get(String name, Class<T> type) {
        Object value = members.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("no " + name);
        }
        return type.cast(value);
    }
}
