package dev.waxwing.server.host;

import dev.waxwing.ca.authority.AuthorityException;
import dev.waxwing.server.listener.ListenerBindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.validation.FieldError;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Tells an operator in one sentence why the server does not start, where that is something an operator can mend. */
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class StartupFailures implements SpringBootExceptionReporter {

    @Override
    public boolean reportException(Throwable failure) {
        Optional<String> sentence = explain(failure);
        sentence.ifPresent(text -> System.err.println("waxwing: " + text));
        return sentence.isPresent();
    }

    /** The sentence, for a failure that is known. */
    static Optional<String> explain(Throwable failure) {
        SequencedSet<Throwable> causes = new LinkedHashSet<>();
        for (Throwable cause = failure; cause != null && causes.add(cause); cause = cause.getCause()) {
            String sentence = sentence(cause);
            if (sentence != null) {
                return Optional.of(sentence);
            }
        }
        return Optional.empty();
    }

    private static @Nullable String sentence(Throwable cause) {
        return switch (cause) {
            case StartupException e -> e.getMessage();
            case AuthorityException e -> e.getMessage();
            case ListenerBindException e -> e.getMessage();
            case PortInUseException e ->
                "Port " + e.getPort() + " for the console is in use. Set waxwing.console.port to a free one.";
            case MarkedYAMLException e -> yaml(e);
            case BindException e -> property(e);
            case AccessDeniedException e -> e.getFile() + " cannot be read or written by this user.";
            case FileSystemException e
            when e.getFile() != null ->
                e.getFile() + ": " + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason());
            default -> null;
        };
    }

    private static String yaml(MarkedYAMLException e) {
        Mark mark = e.getProblemMark();
        String place = mark == null ? "" : ", line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
        return "application.yml" + place + ": " + e.getProblem();
    }

    private static String property(BindException e) {
        ConfigurationProperty property = e.getProperty();
        String name =
                property == null ? e.getName().toString() : property.getName().toString();
        String value = property == null ? "" : " = " + property.getValue();
        String origin = property == null || property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
        return name + value + origin + ": " + why(e);
    }

    private static String why(BindException e) {
        Throwable last = e;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindValidationException validation) {
                return validation.getValidationErrors().getAllErrors().stream()
                        .map(error -> error instanceof FieldError field
                                ? field.getField() + " " + field.getDefaultMessage() + ", not "
                                        + field.getRejectedValue()
                                : String.valueOf(error.getDefaultMessage()))
                        .collect(Collectors.joining("; "));
            }
            last = cause;
        }
        return last.getMessage() == null ? last.toString() : last.getMessage();
    }
}
