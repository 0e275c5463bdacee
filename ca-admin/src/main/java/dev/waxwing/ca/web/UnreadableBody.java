package dev.waxwing.ca.web;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says what is wrong with a body that is not the JSON object that an operation takes, and where. */
final class UnreadableBody {

    private static final String UNKNOWN = "The body is not the JSON object that is expected here.";

    /** What may be repeated in an answer and in the audit trail. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,40}");

    private UnreadableBody() {}

    static String detail(HttpMessageNotReadableException failure) {
        return failure.getMostSpecificCause() instanceof JacksonException wrong
                ? detail(wrong)
                : failure.getCause() instanceof JacksonException outer ? detail(outer) : UNKNOWN;
    }

    private static String detail(JacksonException wrong) {
        return switch (wrong) {
            case UnrecognizedPropertyException unknown -> unknownMember(unknown);
            case MismatchedInputException mismatch -> mismatch(mismatch);
            case StreamReadException malformed -> malformed(malformed.getLocation());
            default -> UNKNOWN;
        };
    }

    private static String unknownMember(UnrecognizedPropertyException unknown) {
        String known = unknown.getKnownPropertyIds().stream()
                .map(String::valueOf)
                .sorted()
                .collect(Collectors.joining(", "));
        return "The body has a member that is unknown here%s. Those that there are: %s."
                .formatted(repeatable(unknown.getPropertyName(), ", "), known);
    }

    private static String mismatch(MismatchedInputException mismatch) {
        List<JacksonException.Reference> path = mismatch.getPath();
        String member = path.isEmpty() ? "" : repeatable(path.getLast().getPropertyName(), "");
        return member.isEmpty() ? UNKNOWN : "%s must be %s.".formatted(member, wanted(mismatch.getTargetType()));
    }

    private static String wanted(@Nullable Class<?> type) {
        if (type == Duration.class) {
            return "a period of time such as \"PT24H\", \"P7D\"";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
            return "a whole number";
        }
        return type == String.class ? "a string" : "of another type; /v3/api-docs has an example";
    }

    private static String malformed(@Nullable TokenStreamLocation at) {
        return at == null
                ? "The body is not JSON."
                : "The body is not JSON: line %d, column %d.".formatted(at.getLineNr(), at.getColumnNr());
    }

    private static String repeatable(@Nullable String name, String before) {
        return name != null && NAME.matcher(name).matches() ? before + name : "";
    }
}
