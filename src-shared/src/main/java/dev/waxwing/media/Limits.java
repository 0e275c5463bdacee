package dev.waxwing.media;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.Utf8;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.time.Instant;

/** The ranges that several messages share. Each check throws {@link IllegalArgumentException}. */
final class Limits {

    /** The last millisecond that has four digits for its year, as section 14.1 writes instants. */
    private static final Instant LAST_INSTANT = Instant.parse("9999-12-31T23:59:59.999Z");

    private static final long MAX_U32 = 0xFFFF_FFFFL;

    private Limits() {}

    static void range(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " " + value + " is not within " + min + " to " + max);
        }
    }

    /** Counters start at 1 (section 13.1). */
    static void counter(long value) {
        range("counter", value, 1, Reader.MAX_COUNTER);
    }

    static void offset(long value) {
        range("offset", value, 0, Reader.MAX_COUNTER);
    }

    static void capturedAt(Instant value) {
        if (value.isBefore(Instant.EPOCH) || value.isAfter(LAST_INSTANT)) {
            throw new IllegalArgumentException("time " + value + " is not within 1970 to 9999");
        }
        if (value.getNano() % 1_000_000 != 0) {
            throw new IllegalArgumentException("time " + value + " is finer than a millisecond");
        }
    }

    static void retryAfter(Duration value) {
        range("retry after", value.toSeconds(), 0, MAX_U32);
        if (value.getNano() != 0) {
            throw new IllegalArgumentException("retry after " + value + " is finer than a second");
        }
    }

    static void manifest(Bytes value) {
        range("manifest size", value.size(), 1, ApplicationMessage.MAX_MANIFEST);
    }

    static void signature(Bytes value) {
        range("signature size", value.size(), 1, ApplicationMessage.MAX_SIGNATURE);
    }

    /** Well-formed text (no half of a surrogate pair) whose UTF-8 has so many bytes. */
    static void utf8(String what, String value, int min, int max) {
        range(what + " size", utf8(what, value).size(), min, max);
    }

    /** The bytes of well-formed text (no half of a surrogate pair). */
    static Bytes utf8(String what, String value) {
        try {
            return Utf8.encode(value);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(what + " cannot be written in UTF-8", e);
        }
    }

    static void utf8(String what, Bytes value) {
        try {
            Utf8.requireWellFormed(value);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(what + " is ill-formed UTF-8", e);
        }
    }
}
