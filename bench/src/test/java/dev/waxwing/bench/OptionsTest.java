package dev.waxwing.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    private static final List<String> KNOWN = List.of("upload", "handshake");
    private static final Path OUT = Path.of("/results");

    @Test
    void measures_everything_in_ten_rounds_unless_told_otherwise() throws Exception {
        Options options = parse("");

        assertThat(options.groups()).containsExactly("upload", "handshake");
        assertThat(options.quick()).isFalse();
        assertThat(options.pairs()).isEqualTo(10);
        assertThat(options.out()).isEqualTo(OUT);
        assertThat(options.only()).isEmpty();
        assertThat(options.warmUp()).isZero();
    }

    @Test
    void a_warm_up_may_be_longer() throws Exception {
        assertThat(parse("handshake --warm-up 40000").warmUp()).isEqualTo(40_000);
    }

    @Test
    void takes_groups_and_options_in_any_order() throws Exception {
        Options options = parse("--pairs 12 handshake --only jsse,netty-tcnative --out /elsewhere");

        assertThat(options.groups()).containsExactly("handshake");
        assertThat(options.pairs()).isEqualTo(12);
        assertThat(options.out()).isEqualTo(Path.of("/elsewhere"));
        assertThat(options.only()).containsExactlyInAnyOrder("jsse", "netty-tcnative");
    }

    @Test
    void a_quick_run_has_three_rounds_or_as_many_as_asked_for() throws Exception {
        assertThat(parse("--quick").pairs()).isEqualTo(3);
        assertThat(parse("--quick --pairs 5").pairs()).isEqualTo(5);
    }

    @Test
    void measures_a_group_once() throws Exception {
        assertThat(parse("handshake all upload").groups()).containsExactly("handshake", "upload");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sideload",
                "--fast",
                "--pairs",
                "--pairs 0",
                "--pairs many",
                "--warm-up",
                "--warm-up 0",
                "--only ,",
                "--out"
            })
    void refuses_what_it_does_not_know(String line) {
        assertThatExceptionOfType(Options.UsageException.class).isThrownBy(() -> parse(line));
    }

    private static Options parse(String line) throws Options.UsageException {
        return Options.parse(line.isEmpty() ? List.of() : List.of(line.split(" ")), KNOWN, OUT);
    }
}
