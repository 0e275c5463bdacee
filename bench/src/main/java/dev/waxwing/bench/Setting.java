package dev.waxwing.bench;

import java.nio.file.Path;

/**
 * Where and how a run takes place.
 *
 * @param repository where {@code bin/server} and {@code bin/agent} are
 * @param work for files that subjects share and that may stay for the next run
 * @param quick whether sizes are small, to see that everything works
 * @param warmUp handshakes of each subject before its first sample; 0 for the group's own choice
 */
public record Setting(Path repository, Path work, boolean quick, int warmUp) {}
