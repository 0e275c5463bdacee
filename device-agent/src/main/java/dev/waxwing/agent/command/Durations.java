package dev.waxwing.agent.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write and read them. */
final class Durations {

    private static final Pattern SYNTAX = Pattern.compile("([0-9]{1,7})(ms|s|m|h|d)?");

    private Durations() {}

    /** Reads {@code 500ms}, {@code 30}, {@code 30s}, {@code 5m}, {@code 1h} or {@code 1d}; more than nothing. */
    static Duration parse(String option, String text) throws UsageException {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            throw new UsageException(
                    "--%s takes a time such as 30s, 5m or 1h, not '%s'".formatted(option, Words.shown(text)));
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            case null, default -> Duration.ofSeconds(number);
        };
    }

    /** The two largest units, such as {@code 3m 20s}. */
    static String shown(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m " + seconds % 60 + "s";
        }
        if (seconds < 86_400) {
            return seconds / 3_600 + "h " + seconds / 60 % 60 + "m";
        }
        return seconds / 86_400 + "d " + seconds / 3_600 % 24 + "h";
    }
}
