package dev.waxwing.bench;

import java.util.Locale;

/** Numbers as people read them. */
final class Figures {

    private Figures() {}

    /** With separated thousands and a fixed number of decimals. */
    static String text(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
