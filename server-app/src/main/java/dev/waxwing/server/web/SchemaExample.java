package dev.waxwing.server.web;

import io.swagger.v3.oas.models.media.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts the example of a whole body together from the examples of its members, so that neither is written down twice. */
final class SchemaExample {

    private static final String REFERENCE = "#/components/schemas/";
    private static final String MOMENT = "2026-03-01T12:00:00Z";

    @SuppressWarnings("rawtypes")
    private final Map<String, Schema> schemas;

    @SuppressWarnings("rawtypes")
    SchemaExample(Map<String, Schema> schemas) {
        this.schemas = schemas;
    }

    /** An example; null for what is not JSON. */
    @Nullable
    Object of(Schema<?> schema) {
        Schema<?> known = resolved(schema);
        if (known.getExample() != null) {
            return known.getExample();
        }
        if (known.getEnum() != null && !known.getEnum().isEmpty()) {
            return known.getEnum().getFirst();
        }
        return switch (type(known)) {
            case "object" -> object(known);
            case "array" -> known.getItems() == null ? List.of() : List.of(orEmpty(of(known.getItems())));
            case "integer", "number" -> known.getMinimum() == null ? 1 : known.getMinimum();
            case "boolean" -> false;
            case "string" -> text(known);
            default -> null;
        };
    }

    private Map<String, Object> object(Schema<?> schema) {
        Map<String, Object> example = new LinkedHashMap<>();
        @SuppressWarnings("rawtypes")
        Map<String, Schema> properties = schema.getProperties() == null ? Map.of() : schema.getProperties();
        properties.forEach((name, property) -> example.put(name, orEmpty(of(property))));
        return example;
    }

    private static @Nullable Object text(Schema<?> schema) {
        String format = String.valueOf(schema.getFormat());
        if (format.equals("binary") || format.equals("byte")) {
            return null;
        }
        return switch (format) {
            case "date-time" -> MOMENT;
            case "duration" -> "P30D";
            default -> "text";
        };
    }

    private static Object orEmpty(@Nullable Object example) {
        return example == null ? "" : example;
    }

    private Schema<?> resolved(Schema<?> schema) {
        String reference = schema.get$ref();
        return reference == null ? schema : schemas.getOrDefault(reference.substring(REFERENCE.length()), schema);
    }

    private static String type(Schema<?> schema) {
        Set<String> types = schema.getTypes();
        if (types != null) {
            return types.stream()
                    .filter(type -> !type.equals("null"))
                    .findFirst()
                    .orElse("");
        }
        return schema.getType() == null ? "" : schema.getType();
    }
}
