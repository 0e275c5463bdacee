package dev.waxwing.agent.spool;

import dev.waxwing.media.ItemId;
import dev.waxwing.wire.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Turns events into JSON objects and back. */
final class EventCodec {

    private static final JsonFactory JSON = new JsonFactory();

    private EventCodec() {}

    static byte[] encode(Event event) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            switch (event) {
                case Event.TextQueued(QueuedText text) -> {
                    json.writeStringProperty("event", "text");
                    json.writeNumberProperty("counter", text.counter());
                    json.writeStringProperty("id", text.id().toString());
                    json.writeStringProperty("at", text.capturedAt().toString());
                    json.writeStringProperty("text", text.text());
                    json.writeBooleanProperty("acknowledged", text.acknowledged());
                }
                case Event.FileQueued(QueuedFile file) -> {
                    json.writeStringProperty("event", "file");
                    json.writeNumberProperty("counter", file.counter());
                    json.writeStringProperty("id", file.id().toString());
                    json.writeStringProperty("at", file.capturedAt().toString());
                    json.writeStringProperty("path", file.path().toString());
                    json.writeNumberProperty("size", file.size());
                    json.writeStringProperty("modified", file.modifiedAt().toString());
                    json.writeStringProperty("name", file.name());
                    json.writeStringProperty("type", file.mediaType());
                    writeManifest(json, file.manifest());
                }
                case Event.TextsAcknowledged(List<Long> counters) -> {
                    json.writeStringProperty("event", "acknowledged");
                    writeNumbers(json, "texts", counters);
                }
                case Event.GroupSealed group -> {
                    json.writeStringProperty("event", "group");
                    json.writeNumberProperty("counter", group.counter());
                    json.writeStringProperty("id", group.id().toString());
                    writeNumbers(json, "texts", group.texts());
                    writeManifest(json, group.manifest());
                }
                case Event.FileSealed(ItemId id, SignedManifest manifest) -> {
                    json.writeStringProperty("event", "sealed");
                    json.writeStringProperty("id", id.toString());
                    writeManifest(json, manifest);
                }
                case Event.Concluded(Settled settled) -> {
                    json.writeStringProperty("event", "settled");
                    json.writeStringProperty("id", settled.id().toString());
                    json.writeStringProperty("kind", settled.kind().name().toLowerCase(Locale.ROOT));
                    json.writeNumberProperty("counter", settled.counter());
                    json.writeStringProperty("name", settled.name());
                    json.writeNumberProperty("size", settled.size());
                    writeOptional(json, "sha256", settled.sha256());
                    writeOptional(json, "receipt", settled.receiptId());
                    writeOptional(json, "reason", settled.reason());
                    writeOptional(json, "reference", settled.reference());
                    writeNumbers(json, "texts", settled.texts());
                    json.writeStringProperty("at", settled.at().toString());
                }
                case Event.Offered(long counter) -> {
                    json.writeStringProperty("event", "offered");
                    json.writeNumberProperty("counter", counter);
                }
                case Event.Renumbered(long beyond) -> {
                    json.writeStringProperty("event", "renumbered");
                    json.writeNumberProperty("beyond", beyond);
                }
                case Event.WentBack(long held, Instant restoredAt) -> {
                    json.writeStringProperty("event", "went-back");
                    json.writeNumberProperty("counter", held);
                    json.writeStringProperty("at", restoredAt.toString());
                }
                case Event.Marks(long counter, Bytes sha256) -> {
                    json.writeStringProperty("event", "marks");
                    json.writeNumberProperty("counter", counter);
                    json.writeStringProperty("manifestSha256", sha256.hex());
                }
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /**
     * Reads an event back.
     *
     * @throws IllegalArgumentException if the bytes are no event
     */
    static Event decode(byte[] line) {
        try {
            return toEvent(new Members(line));
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException("not an event of the journal", malformed);
        }
    }

    private static Event toEvent(Members in) {
        return switch (in.string("event")) {
            case "text" ->
                new Event.TextQueued(new QueuedText(
                        in.number("counter"), in.id(), in.instant("at"), in.string("text"), in.truth("acknowledged")));
            case "file" ->
                new Event.FileQueued(new QueuedFile(
                        in.number("counter"),
                        in.id(),
                        in.instant("at"),
                        Path.of(in.string("path")),
                        in.number("size"),
                        in.instant("modified"),
                        in.string("name"),
                        in.string("type"),
                        in.optionalManifest()));
            case "acknowledged" -> new Event.TextsAcknowledged(in.numbers("texts"));
            case "group" -> new Event.GroupSealed(in.id(), in.number("counter"), in.numbers("texts"), in.manifest());
            case "sealed" -> new Event.FileSealed(in.id(), in.manifest());
            case "settled" ->
                new Event.Concluded(new Settled(
                        in.id(),
                        Settled.Kind.valueOf(in.string("kind").toUpperCase(Locale.ROOT)),
                        in.number("counter"),
                        in.string("name"),
                        in.number("size"),
                        in.optional("sha256"),
                        in.optional("receipt"),
                        in.optional("reason"),
                        in.optional("reference"),
                        in.numbers("texts"),
                        in.instant("at")));
            case "offered" -> new Event.Offered(in.number("counter"));
            case "renumbered" -> new Event.Renumbered(in.number("beyond"));
            case "went-back" -> new Event.WentBack(in.number("counter"), in.instant("at"));
            case "marks" -> new Event.Marks(in.number("counter"), Bytes.fromHex(in.string("manifestSha256")));
            default -> throw new IllegalArgumentException("unknown event");
        };
    }

    private static void writeNumbers(JsonGenerator json, String name, List<Long> numbers) {
        json.writeName(name);
        json.writeStartArray();
        numbers.forEach(json::writeNumber);
        json.writeEndArray();
    }

    private static void writeManifest(JsonGenerator json, @Nullable SignedManifest manifest) {
        if (manifest != null) {
            json.writeBinaryProperty("manifest", manifest.manifest().toArray());
            json.writeBinaryProperty("signature", manifest.signature().toArray());
        }
    }

    private static void writeOptional(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }

    /** The members of one flat object. */
    private static final class Members {

        private final Map<String, Object> values = new HashMap<>();

        Members(byte[] line) {
            try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line)) {
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    throw new IllegalArgumentException("not an object");
                }
                for (String name = json.nextName(); name != null; name = json.nextName()) {
                    values.put(name, value(json));
                }
            }
        }

        private static Object value(JsonParser json) {
            return switch (json.nextToken()) {
                case VALUE_STRING -> json.getString();
                case VALUE_NUMBER_INT -> json.getLongValue();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case START_ARRAY -> {
                    List<Long> numbers = new ArrayList<>();
                    while (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
                        numbers.add(json.getLongValue());
                    }
                    yield numbers;
                }
                default -> throw new IllegalArgumentException("unexpected value");
            };
        }

        private <T> T get(String name, Class<T> type) {
            Object value = values.get(name);
            if (!type.isInstance(value)) {
                throw new IllegalArgumentException("no " + name);
            }
            return type.cast(value);
        }

        String string(String name) {
            return get(name, String.class);
        }

        @Nullable
        String optional(String name) {
            return values.containsKey(name) ? string(name) : null;
        }

        long number(String name) {
            return get(name, Long.class);
        }

        boolean truth(String name) {
            return get(name, Boolean.class);
        }

        ItemId id() {
            return ItemId.parse(string("id"));
        }

        Instant instant(String name) {
            return Instant.parse(string(name));
        }

        List<Long> numbers(String name) {
            List<Long> numbers = new ArrayList<>();
            for (Object number : get(name, List.class)) {
                numbers.add((Long) number);
            }
            return numbers;
        }

        SignedManifest manifest() {
            return new SignedManifest(bytes("manifest"), bytes("signature"));
        }

        @Nullable
        SignedManifest optionalManifest() {
            return values.containsKey("manifest") ? manifest() : null;
        }

        private Bytes bytes(String name) {
            return Bytes.of(Base64.getDecoder().decode(string(name)));
        }
    }
}
