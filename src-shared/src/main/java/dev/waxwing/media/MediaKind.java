package dev.waxwing.media;

/** How a transfer is shown to people. */
public enum MediaKind {
    /** A group of sealed texts; an uploaded text file is a {@link #FILE}. */
    TEXT,
    IMAGE,
    VIDEO,
    /** Everything else: offered for download, never rendered. */
    FILE;

    /** The name in interfaces, in lower case. */
    @Override
    public String toString() {
        return switch (this) {
            case TEXT -> "text";
            case IMAGE -> "image";
            case VIDEO -> "video";
            case FILE -> "file";
        };
    }
}
