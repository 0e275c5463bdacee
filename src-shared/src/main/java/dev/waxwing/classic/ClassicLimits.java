package dev.waxwing.classic;

/**
 * How much one record may carry. The format makes a receiver hold a whole file in memory, so these bound it.
 *
 * @param maxText bytes of UTF-8 in one text, 1 to 16,777,216
 * @param maxFile bytes of one file, 1 to 268,435,456
 */
public record ClassicLimits(int maxText, int maxFile) {

    /** Texts of 60,000 bytes, as in WXP/2, and files of 8 MiB. */
    public static final ClassicLimits DEFAULTS = new ClassicLimits(60_000, 8_388_608);

    private static final int MOST_TEXT = 16_777_216;
    private static final int MOST_FILE = 268_435_456;

    public ClassicLimits {
        requireWithin("text", maxText, MOST_TEXT);
        requireWithin("file", maxFile, MOST_FILE);
    }

    /** The longest record of a text, ciphertext and MAC. */
    int maxTextRecord() {
        return SessionKeys.sealedSize(maxText);
    }

    /** The longest record of a file: its Base64, and room for everything else in the JSON text. */
    int maxFileRecord() {
        return SessionKeys.sealedSize(FilePayload.longest(maxFile));
    }

    private static void requireWithin(String what, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    "the limit of a " + what + ", " + value + ", is not within 1 to " + most);
        }
    }
}
