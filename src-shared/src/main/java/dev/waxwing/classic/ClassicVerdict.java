package dev.waxwing.classic;

/** What became of an item (docs/classic.md, "Records"). */
public enum ClassicVerdict {
    /** It is kept: acknowledged as {@code SEC_TEXT_RECEIVED} or {@code IMX_RECEIVED}. */
    ACCEPTED,

    /** It is not kept. A file is answered with {@code IMX_REJECTED}; for a text there is no such word. */
    REJECTED
}
