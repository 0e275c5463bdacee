package dev.waxwing.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupFileTest {

    @TempDir
    Path directory;

    private final SecureRandom random = new SecureRandom();

    @Test
    void leaves_whatever_has_the_name_of_something_unfinished_as_it_is() throws IOException {
        Path backup = directory.resolve("waxwing.backup");
        Path former = Files.writeString(directory.resolve("former.backup"), "a whole backup");
        Path secondName = Files.createLink(directory.resolve("waxwing.backup.unfinished"), former);

        write(backup);

        assertThat(former).hasContent("a whole backup");
        assertThat(secondName).hasContent("a whole backup");
        assertThat(backup).isNotEmptyFile();
    }

    @Test
    void follows_no_link_that_somebody_put_there() throws IOException {
        Path backup = directory.resolve("waxwing.backup");
        Path precious = Files.writeString(directory.resolve("precious"), "kept");
        Files.createSymbolicLink(directory.resolve("waxwing.backup.unfinished"), precious);

        write(backup);

        assertThat(precious).hasContent("kept");
        assertThat(backup).isRegularFile();
    }

    private void write(Path backup) throws IOException {
        BackupPassphrase passphrase = BackupPassphrase.generate(directory.resolve("passphrase"), random);
        new BackupFile(backup).write(passphrase, random, out -> {
            out.write(1);
            return "";
        });
    }
}
