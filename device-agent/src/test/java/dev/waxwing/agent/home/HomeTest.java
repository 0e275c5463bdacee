package dev.waxwing.agent.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {

    @TempDir
    Path directory;

    @Test
    void is_made_for_its_owner_only() throws Exception {
        Home home = Home.at(directory.resolve("a/b"));
        home.create();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.directory())))
                .isEqualTo("rwx------");
    }

    @Test
    void is_refused_when_others_may_write_into_it() throws Exception {
        Home home = Home.at(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));

        assertThatThrownBy(home::create)
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure -> assertThat(failure.advice()).contains("chmod 700"));
    }

    @Test
    void is_refused_when_it_is_a_file() throws Exception {
        Home home = Home.at(Files.createFile(directory.resolve("file")));

        assertThatThrownBy(home::create).isInstanceOf(AgentFailure.class).hasMessageContaining("not a directory");
    }

    @Test
    void lets_one_agent_in_at_a_time_and_names_the_other() throws Exception {
        Home home = Home.at(directory.resolve("home"));
        try (HomeLock _ = home.lock(Duration.ZERO)) {
            assertThatThrownBy(() -> home.lock(Duration.ofMillis(1)))
                    .isInstanceOf(AgentFailure.class)
                    .hasMessageContaining(String.valueOf(ProcessHandle.current().pid()));
        }
        home.lock(Duration.ZERO).close();
    }

    @Test
    void lets_the_next_agent_in_as_soon_as_it_is_free() throws Exception {
        Home home = Home.at(directory.resolve("home"));
        HomeLock first = home.lock(Duration.ZERO);
        CompletableFuture<HomeLock> second = CompletableFuture.supplyAsync(() -> {
            try {
                return home.lock(Duration.ofSeconds(20));
            } catch (Exception refused) {
                throw new IllegalStateException(refused);
            }
        });
        first.close();

        second.join().close();
    }
}
