package dev.waxwing.server.audit;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Writer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What binds an audit entry to all before it: SHA-256 over
 *
 * <pre>
 * previous hash (32) | id u64 | at u64, ms | vec16 actor | vec16 action | vec16 subject | vec16 outcome
 *                    | vec16 reference | u8, 1 if there is a reason | vec16 reason
 * </pre>
 */
final class EntryHash {

    private EntryHash() {}

    static String of(String previousHash, AuditEntry entry) {
        String reason = entry.reason();
        Writer out = Writer.growing(512)
                .bytes(Bytes.fromHex(previousHash))
                .counter(entry.id())
                .instant(entry.at())
                .text16(entry.actor())
                .text16(entry.action())
                .text16(entry.subject())
                .text16(entry.outcome().name())
                .text16(entry.reference())
                .u8(reason == null ? 0 : 1)
                .text16(reason == null ? "" : reason);
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
