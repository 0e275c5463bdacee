package dev.waxwing.agent.spool;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A file as it was found when it was offered.
 *
 * @param path absolute
 * @param size bytes
 * @param modifiedAt its time of change
 * @param name what it is called
 * @param mediaType what it claims to be
 */
public record FileSource(Path path, long size, Instant modifiedAt, String name, String mediaType) {}
