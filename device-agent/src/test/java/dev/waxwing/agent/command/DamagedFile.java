package dev.waxwing.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/** What a loss of power can make of a file that holds a key. */
final class DamagedFile {

    private DamagedFile() {}

    /**
     * Damages the file, and returns what it holds then.
     *
     * @param how {@code empty}, {@code cut}, {@code zeros}, {@code garbage}, {@code another file}, or anything else for a key that
     *     cannot be opened
     */
    static byte[] damage(Path file, String how) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        byte[] damaged = switch (how) {
            case "empty" -> new byte[0];
            case "cut" -> Arrays.copyOf(whole, whole.length / 2);
            case "zeros" -> new byte[whole.length];
            case "garbage" -> garbage(whole.length);
            case "another file" -> "{\"version\": \"1\"}".getBytes(StandardCharsets.UTF_8);
            default ->
                new String(whole, StandardCharsets.UTF_8)
                        .replaceAll("(\"key\" : \".{40}).{8}", "$1AAAAAAAA")
                        .getBytes(StandardCharsets.UTF_8);
        };
        assertThat(damaged).isNotEqualTo(whole);
        Files.write(file, damaged);
        return damaged;
    }

    private static byte[] garbage(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}
