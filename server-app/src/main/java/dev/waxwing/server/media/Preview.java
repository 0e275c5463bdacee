package dev.waxwing.server.media;

import dev.waxwing.wire.Bytes;

/**
 * A small picture of an image.
 *
 * @param mediaType {@code image/jpeg} or {@code image/png}
 * @param content the encoded picture
 */
public record Preview(String mediaType, Bytes content) {}
