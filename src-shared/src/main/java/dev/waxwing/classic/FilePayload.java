package dev.waxwing.classic;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The JSON text inside an {@code <IMGX>} record (docs/classic.md, "Files").
 *
 * <pre>
 *   {"filename": NAME, "image_data": BASE64, "signature": BASE64}
 * </pre>
 */
final class FilePayload {

    /** Longest name in UTF-16 units. */
    static final int MAX_NAME = 4_096;

    private static final int MAX_SIGNATURE = 1_024;

    /** A name of which every unit is escaped, the signature, the member names, and some spaces. */
    private static final int BESIDES_CONTENT = 6 * MAX_NAME + 4 * MAX_SIGNATURE / 3 + 1_024;

    /** A multiple of three, so that pieces of Base64 join without padding. */
    private static final int PIECE = 49_152;

    private FilePayload() {}

    /** Bytes of the longest text that carries a file of so many bytes. */
    static int longest(int maxFile) {
        return Math.addExact(base64Size(maxFile), BESIDES_CONTENT);
    }

    /** Decrypts, decodes and checks in one pass. */
    static ClassicFile read(SealedRecord record, int maxFile, RSAPublicKey device) throws ProtocolException {
        Parts parts = new Parts();
        ByteBuffer content = ByteBuffer.allocate(Math.min(maxFile, record.size() / 4 * 3));
        JsonReader reader = new JsonReader(record);
        reader.object(member -> {
            switch (member) {
                case "filename" -> parts.name = reader.string(MAX_NAME);
                case "image_data" -> {
                    reader.base64(content);
                    parts.complete = true;
                }
                case "signature" -> parts.signature = reader.base64(MAX_SIGNATURE);
                default -> throw ProtocolException.malformed("a file with another member");
            }
        });
        reader.end();
        return parts.toFile(content.flip(), device);
    }

    /** Makes the whole record of a file: its signature, the JSON text, the encryption. */
    static byte[] write(String name, byte[] content, RSAPrivateKey device, SessionKeys keys) {
        byte[] head = ascii("{\"filename\": " + JsonText.quoted(name) + ", \"image_data\": \"");
        byte[] tail = ascii("\", \"signature\": \"" + JsonText.base64(Rsa.signFile(device, content)) + "\"}");
        RecordWriter record =
                new RecordWriter(Header.IMGX, head.length + base64Size(content.length) + tail.length, keys);
        record.write(head);
        for (int from = 0; from < content.length; from += PIECE) {
            byte[] piece = Arrays.copyOfRange(content, from, Math.min(content.length, from + PIECE));
            record.write(Base64.getEncoder().encode(piece));
        }
        return record.write(tail).finish();
    }

    private static int base64Size(int size) {
        return Math.multiplyExact((size + 2) / 3, 4);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static final class Parts {

        private @Nullable String name;
        private @Nullable Bytes signature;
        private boolean complete;

        ClassicFile toFile(ByteBuffer content, RSAPublicKey device) throws ProtocolException {
            if (name == null || signature == null || !complete) {
                throw ProtocolException.malformed("a file without one of its members");
            }
            return new ClassicFile(name, content, signature, Rsa.verifyFile(device, content, signature));
        }
    }
}
