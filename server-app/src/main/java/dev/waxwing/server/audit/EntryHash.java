package dev.waxwing.server.audit;

import dev.waxwing.ca.audit.AuditEvent.Change;
import dev.waxwing.ca.audit.AuditEvent.Run;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What binds an audit entry to all before it: SHA-256 over
 *
 * <pre>
 * previous hash (32) | id u64 | at u64, ms | vec16 actor | vec16 action | vec16 subject | vec16 outcome
 *                    | vec16 reference | optional reason
 *
 * and from version 2 on
 *
 *                    | version u8 | optional source
 *                    | u8, 1 if something changed | optional before | optional after
 *                    | u8, 1 if it is a sum | count u64 | first u64, ms | last u64, ms
 *
 * optional x = u8, 1 if there is an x | vec16 x
 * </pre>
 *
 * Version 1 had no columns for more. Its entries keep their hashes, and have nothing in the columns that came later. Up to version 2
 * half of a surrogate pair alone was hashed as a question mark; from version 3 on no text has one, so that no two texts have one hash.
 */
final class EntryHash {

    static final int NEWEST = 3;

    private static final int WITH_SOURCES = 2;
    private static final Pattern HALF_OF_A_PAIR = Pattern.compile("\\p{Cs}");

    private EntryHash() {}

    /** The hash of an entry, or nothing that any entry has if its version is not known or does not have what it holds. */
    static String of(String previousHash, AuditEntry entry) {
        Writer out = Writer.growing(512)
                .bytes(Bytes.fromHex(previousHash))
                .counter(entry.id())
                .instant(entry.at())
                .text16(entry.actor())
                .text16(entry.action())
                .text16(entry.subject())
                .text16(entry.outcome().name())
                .text16(entry.reference());
        optional(out, entry.reason());
        return switch (entry.version()) {
            case 1 -> isBare(entry) ? hash(out) : "";
            case WITH_SOURCES -> hash(extended(out, entry));
            case NEWEST -> texts(entry).allMatch(EntryHash::isWhole) ? hash(extended(out, entry)) : "";
            default -> "";
        };
    }

    private static Stream<String> texts(AuditEntry entry) {
        Change change = entry.change();
        return Stream.of(
                        entry.actor(),
                        entry.action(),
                        entry.subject(),
                        entry.reference(),
                        entry.reason(),
                        entry.source(),
                        change == null ? null : change.before(),
                        change == null ? null : change.after())
                .filter(Objects::nonNull);
    }

    /** Whether UTF-8 has all of this text. A pair is one character to a pattern, and not found. */
    private static boolean isWhole(String text) {
        return !HALF_OF_A_PAIR.matcher(text).find();
    }

    private static boolean isBare(AuditEntry entry) {
        return entry.source() == null && entry.change() == null && entry.run() == null;
    }

    private static Writer extended(Writer out, AuditEntry entry) {
        optional(out.u8(entry.version()), entry.source());
        Change change = entry.change();
        out.u8(change == null ? 0 : 1);
        if (change != null) {
            optional(out, change.before());
            optional(out, change.after());
        }
        Run run = entry.run();
        out.u8(run == null ? 0 : 1);
        if (run != null) {
            out.counter(run.count()).instant(run.first()).instant(run.last());
        }
        return out;
    }

    private static void optional(Writer out, @Nullable String text) {
        out.u8(text == null ? 0 : 1).text16(text == null ? "" : text);
    }

    private static String hash(Writer out) {
        return HexFormat.of().formatHex(sha256().digest(out.toBytes().toArray()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
