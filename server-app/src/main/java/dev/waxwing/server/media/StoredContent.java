package dev.waxwing.server.media;

import java.nio.file.Path;

/**
 * The bytes of an accepted transfer, to be served whole or in ranges.
 *
 * @param file where they are; never changed once accepted
 * @param size in bytes
 * @param mediaType what to serve them as: a type that a browser only displays, otherwise {@code application/octet-stream}
 * @param name what to call them in a download; safe as a file name
 * @param inline whether a browser may show them in a page
 */
public record StoredContent(Path file, long size, String mediaType, String name, boolean inline) {}
