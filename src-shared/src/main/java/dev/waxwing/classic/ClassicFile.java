package dev.waxwing.classic;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;

/**
 * A file as a device sent it.
 *
 * <p>The format puts a file as Base64 into one record. While it is received, there is its ciphertext (four thirds of it)
 * and then, beside what is left of that, the file: together at most 2.4 times its size; once a receiver sees it, only the
 * file.
 */
public final class ClassicFile {

    private final String name;
    private final ByteBuffer content;
    private final Bytes signature;
    private final boolean signatureValid;

    ClassicFile(String name, ByteBuffer content, Bytes signature, boolean signatureValid) {
        this.name = name;
        this.content = content;
        this.signature = signature;
        this.signatureValid = signatureValid;
    }

    /**
     * What the sender wrote, untouched and hostile: 0 to 4,096 UTF-16 units with path parts, control characters and halves
     * of surrogate pairs.
     */
    public String name() {
        return name;
    }

    /** The bytes, read-only, from position to limit; each call gives a view of its own onto the same memory. */
    public ByteBuffer content() {
        return content.asReadOnlyBuffer();
    }

    /** Bytes of the content. */
    public int size() {
        return content.remaining();
    }

    /** The RSASSA-PSS signature as it came: over the content alone, not over name, time or session. */
    public Bytes signature() {
        return signature;
    }

    /** Whether the signature is right for the content under the key of the device's certificate. */
    public boolean signatureValid() {
        return signatureValid;
    }

    @Override
    public String toString() {
        return "ClassicFile[" + JsonText.quoted(name) + ", " + size() + " bytes]";
    }
}
