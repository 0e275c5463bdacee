package dev.waxwing.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.crypto.Suite;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The worked example of the specification says what the vectors say. */
class ProtocolDocumentTest {

    private static final VectorFile VECTORS = VectorFile.read(HandshakeVectors.file(Suite.AES_256_GCM_SHA384));

    @Test
    void every_value_of_the_worked_example_is_that_of_the_vectors() throws IOException {
        List<String> values = workedExample().stream()
                .filter(line -> line.matches("[a-zA-Z0-9_.]+ = [0-9a-f]+"))
                .toList();
        assertThat(values).hasSizeGreaterThan(40).allSatisfy(line -> {
            String[] parts = line.split(" = ");
            assertThat(Bytes.fromHex(parts[1])).describedAs(parts[0]).isEqualTo(VECTORS.get(parts[0]));
        });
    }

    @Test
    void every_message_of_the_worked_example_has_its_length_and_hash() throws Exception {
        List<String> example = workedExample();
        for (String name : HandshakeVectors.MESSAGES) {
            Bytes message = VECTORS.get(name);
            String row = "| %s | %s | `%s` |"
                    .formatted(
                            name.substring("message.".length()).replace(".", "'s "),
                            String.format(Locale.ROOT, "%,d", message.size()),
                            sha256(message).hex());
            assertThat(example).contains(row);
        }
    }

    @Test
    void the_text_of_the_worked_example_is_the_one_in_the_record() throws IOException {
        assertThat(workedExample()).anyMatch(line -> line.contains("`" + HandshakeVectors.TEXT.hex() + "`"));
    }

    private static List<String> workedExample() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("..", "docs", "protocol.md"));
        return lines.subList(lines.indexOf("## Appendix B. Worked example"), lines.size());
    }

    private static Bytes sha256(Bytes bytes) throws NoSuchAlgorithmException {
        return Bytes.of(MessageDigest.getInstance("SHA-256").digest(bytes.toArray()));
    }
}
