package dev.waxwing.agent.command;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/** Writes a command's result as one JSON object. It is plain ASCII, so that no locale can spoil it. */
final class JsonReport {

    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private JsonReport() {}

    static String of(@Nullable String command, Result result) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            if (command == null) {
                json.writeNullProperty("command");
            } else {
                json.writeStringProperty("command", command);
            }
            json.writeBooleanProperty("ok", result.isDone());
            writeOptional(json, "error", result.error());
            writeOptional(json, "reference", result.reference());
            writeOptional(json, "advice", result.advice());
            for (Map.Entry<String, Object> member : result.members().entrySet()) {
                json.writeName(member.getKey());
                writeValue(json, member.getValue());
            }
            json.writeName("items");
            json.writeStartArray();
            for (Item item : result.items()) {
                writeItem(json, item);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void writeItem(JsonGenerator json, Item item) {
        json.writeStartObject();
        json.writeStringProperty("id", item.id());
        json.writeStringProperty("name", item.name());
        json.writeName("size");
        Long size = item.size();
        if (size == null) {
            json.writeNull();
        } else {
            json.writeNumber(size);
        }
        writeNullable(json, "sha256", item.sha256());
        json.writeStringProperty("state", item.state());
        writeNullable(json, "receiptId", item.receiptId());
        json.writeEndObject();
    }

    private static void writeValue(JsonGenerator json, Object value) {
        switch (value) {
            case String text -> json.writeString(text);
            case Long number -> json.writeNumber(number);
            case Integer number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            case List<?> list -> {
                json.writeStartArray();
                list.forEach(element -> writeValue(json, element));
                json.writeEndArray();
            }
            case Map<?, ?> map -> {
                json.writeStartObject();
                map.forEach((name, member) -> {
                    json.writeName(name.toString());
                    writeValue(json, member);
                });
                json.writeEndObject();
            }
            default -> throw new IllegalArgumentException("no JSON form for " + value.getClass());
        }
    }

    private static void writeOptional(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }

    private static void writeNullable(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }
}
