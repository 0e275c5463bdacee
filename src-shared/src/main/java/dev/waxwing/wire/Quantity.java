package dev.waxwing.wire;

/**
 * So many of something, as people say it: {@code 1 device}, {@code 2 devices}.
 *
 * @param count how many
 * @param one what one of them is called
 * @param many what several are called, or none
 */
public record Quantity(long count, String one, String many) {

    /** Of something whose plural has an s more. */
    public static Quantity of(long count, String one) {
        return new Quantity(count, one, one + "s");
    }

    @Override
    public String toString() {
        return count + " " + (count == 1 ? one : many);
    }
}
