package dev.waxwing.server;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Compares JSON with a schema of an OpenAPI 3.1 document, as far as such documents of ours go. Unknown members are faults. */
record SchemaCheck(JsonNode document) {

    /** What does not fit, each with its place. */
    List<String> faults(JsonNode value, JsonNode schema) {
        List<String> faults = new ArrayList<>();
        check("", value, schema, faults);
        return faults;
    }

    JsonNode resolved(JsonNode schema) {
        String reference = schema.path("$ref").asString("");
        return reference.isEmpty() ? schema : document.at(reference.substring(1));
    }

    private void check(String place, JsonNode value, JsonNode given, List<String> faults) {
        JsonNode schema = resolved(given);
        Set<String> types = types(schema);
        if (types.isEmpty()) {
            faults.add(place + ": the schema has no type: " + schema);
            return;
        }
        if (types.stream().noneMatch(type -> is(value, type))) {
            faults.add(place + ": " + value + " is none of " + types);
            return;
        }
        if (value.isObject()) {
            object(place, value, schema, faults);
        } else if (value.isArray()) {
            int at = 0;
            for (JsonNode item : value) {
                check(place + "/" + at++, item, schema.path("items"), faults);
            }
        } else if (!value.isNull()) {
            scalar(place, value, schema, faults);
        }
    }

    private void object(String place, JsonNode value, JsonNode schema, List<String> faults) {
        for (JsonNode required : schema.path("required")) {
            if (!value.has(required.asString())) {
                faults.add(place + ": " + required.asString() + " is missing");
            }
        }
        for (String name : value.propertyNames()) {
            JsonNode property = schema.path("properties").path(name);
            JsonNode other = schema.path("additionalProperties");
            if (!property.isMissingNode()) {
                check(place + "/" + name, value.path(name), property, faults);
            } else if (other.isObject()) {
                check(place + "/" + name, value.path(name), other, faults);
            } else {
                faults.add(place + ": " + name + " is not described");
            }
        }
    }

    private static void scalar(String place, JsonNode value, JsonNode schema, List<String> faults) {
        JsonNode allowed = schema.path("enum");
        boolean listed = false;
        for (JsonNode each : allowed) {
            listed |= each.equals(value);
        }
        if (!allowed.isEmpty() && !listed) {
            faults.add(place + ": " + value + " is none of " + allowed);
        }
        String text = value.asString("");
        String pattern = schema.path("pattern").asString("");
        if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(text).find()) {
            faults.add(place + ": " + value + " does not match " + pattern);
        }
        if (value.isString() && text.length() < schema.path("minLength").asInt(0)
                || value.isString() && text.length() > schema.path("maxLength").asInt(Integer.MAX_VALUE)) {
            faults.add(place + ": " + value + " has the wrong length");
        }
        try {
            switch (schema.path("format").asString("")) {
                case "date-time" -> Instant.parse(text);
                case "duration" -> Duration.parse(text);
                default -> {}
            }
        } catch (DateTimeParseException e) {
            faults.add(place + ": " + value + " is no " + schema.path("format").asString());
        }
    }

    private static Set<String> types(JsonNode schema) {
        Set<String> types = new TreeSet<>();
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            type.forEach(each -> types.add(each.asString()));
        } else if (type.isString()) {
            types.add(type.asString());
        }
        return types;
    }

    private static boolean is(JsonNode value, String type) {
        return switch (type) {
            case "null" -> value.isNull();
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            default -> false;
        };
    }
}
