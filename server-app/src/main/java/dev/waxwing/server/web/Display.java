package dev.waxwing.server.web;

import dev.waxwing.ca.enrollment.InviteState;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.issuance.KeyKind;
import dev.waxwing.media.SafeName;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** How pages spell sizes, moments, hashes and names that others chose. */
@Component("display")
public class Display {

    private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Clock clock;

    Display(Clock clock) {
        this.clock = clock;
    }

    /** {@code 1.4 MB}: decimal units, as file managers show them. */
    public String size(long bytes) {
        return bytes(bytes);
    }

    static String bytes(long bytes) {
        if (bytes < 1_000) {
            return bytes == 1 ? "1 byte" : bytes + " bytes";
        }
        double value = bytes;
        int unit = 0;
        while (value >= 999.95 && unit < UNITS.length - 1) {
            value /= 1_000;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }

    /** {@code 1,234,567}. */
    public String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** {@code 1 image}, {@code 2 images}. */
    public String count(long number, String thing) {
        return number(number) + " " + thing + (number == 1 ? "" : "s");
    }

    /** A moment, to the second. */
    public String moment(Instant instant) {
        return MOMENT.format(instant);
    }

    /** The first digits of a hash or a serial number. */
    public String shortened(@Nullable String hex) {
        return hex == null ? "" : hex.length() <= 14 ? hex : hex.substring(0, 12) + "…";
    }

    /** In groups of four, so that people can compare it. */
    public String grouped(String hex) {
        return hex.replaceAll("(.{4})(?=.)", "$1 ");
    }

    /** Text that somebody else chose, without anything that could disguise it. */
    public String name(String offered) {
        return SafeName.forDisplay(offered);
    }

    /** A text of any length that somebody else chose, with its line breaks. */
    public String text(String text) {
        return text.replaceAll("[\\p{C}&&[^\\n\\t]]", "\uFFFD");
    }

    /** The colour that a word about a state has; empty for grey. */
    public String tone(String word) {
        return switch (word) {
            case "accepted", "active", "current", "valid", "used", "enabled", "up" -> "good";
            case "receiving" -> "info live";
            case "open", "prepared" -> "info";
            case "expiring", "quarantined", "unknown", "on hold" -> "warn";
            case "rejected", "revoked", "down", "out of service" -> "bad";
            default -> "";
        };
    }

    /** {@code taken back}: what people do to an invite, in the words of the buttons that do it. */
    public String invite(InviteState state) {
        return switch (state) {
            case OPEN -> "open";
            case REDEEMED -> "used";
            case EXPIRED -> "expired";
            case REVOKED -> "taken back";
        };
    }

    /** A status of the health endpoint as a word. */
    public String health(String code) {
        return code.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** A part of the health endpoint as people call it. */
    public String component(String name) {
        return switch (name) {
            case "db" -> "Database";
            case "ssl" -> "TLS";
            default -> heading(words(name));
        };
    }

    /** With a capital letter at its start, the rest in lower case. */
    public String heading(String words) {
        return words.isEmpty()
                ? words
                : words.substring(0, 1).toUpperCase(Locale.ROOT)
                        + words.substring(1).toLowerCase(Locale.ROOT);
    }

    /** {@code key compromise} for {@code keyCompromise}. */
    public String words(String camelCase) {
        return camelCase.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    /** {@code key compromise}; a hold says what it is. */
    public String reason(RevocationReason reason) {
        return switch (reason) {
            case CA_COMPROMISE -> "CA compromise";
            case CERTIFICATE_HOLD -> "hold, until it is released";
            default -> words(reason.rfcName());
        };
    }

    /** {@code ECDSA P-256}, {@code RSA 3072}. */
    public String kind(KeyKind kind) {
        String text = kind.text().toUpperCase(Locale.ROOT).replace('-', ' ');
        return text.replace(" P", " P-");
    }

    /** {@code ECDSA P-256}, {@code RSA with 2048 bits}. */
    public String key(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec ->
                "ECDSA P-" + ec.getParams().getCurve().getField().getFieldSize();
            case RSAPublicKey rsa -> "RSA with " + rsa.getModulus().bitLength() + " bits";
            default -> key.getAlgorithm();
        };
    }

    /** All kinds of keys, or those that are not. */
    public String kinds(Set<KeyKind> kinds) {
        return kinds.size() == KeyKind.values().length
                ? "ECDSA P-256 and P-384, RSA 2048 to 4096"
                : kinds.stream().map(this::kind).collect(Collectors.joining(", "));
    }

    /** Whom a profile's certificates are for. */
    public String profileRole(CertificateRole role) {
        return switch (role) {
            case DEVICE -> "devices";
            case SERVER -> "servers";
            case RECEIPT -> "receipts";
            case OCSP -> "OCSP answers";
        };
    }

    /** {@code 365 days}, hours where it is shorter than two days, and minutes below two hours. */
    public String days(Duration duration) {
        if (duration.toHours() < 2) {
            return count(duration.toMinutes(), "minute");
        }
        return duration.toDays() >= 2 ? duration.toDays() + " days" : duration.toHours() + " hours";
    }

    /** Whole days until then; negative when it is past. */
    public long daysUntil(Instant then) {
        return Math.floorDiv(then.getEpochSecond() - clock.instant().getEpochSecond(), 86_400);
    }

    /** {@code AES-256-GCM} for {@code AES_256_GCM}. */
    public String suite(String name) {
        return name.replace('_', '-');
    }
}
