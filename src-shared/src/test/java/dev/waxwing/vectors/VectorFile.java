package dev.waxwing.vectors;

import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Named byte strings in a text file: {@code name = hex}, one to a line, and comments behind {@code #}. */
public final class VectorFile {

    private final Map<String, Bytes> values = new LinkedHashMap<>();

    /** Reads a file of the folder {@code vectors} among the test resources. */
    public static VectorFile read(String file) {
        VectorFile vectors = new VectorFile();
        try (InputStream in = VectorFile.class.getResourceAsStream("/vectors/" + file)) {
            String text = new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.US_ASCII);
            text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> {
                        String[] parts = line.split(" = ?", 2);
                        vectors.put(parts[0], Bytes.fromHex(parts[1]));
                    });
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Bytes get(String name) {
        Bytes value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name + " in the vectors");
        }
        return value;
    }

    /** For inputs that only some handshakes need. */
    Bytes getOrEmpty(String name) {
        return values.getOrDefault(name, Bytes.EMPTY);
    }

    void put(String name, Bytes value) {
        if (values.put(name, value) != null) {
            throw new IllegalArgumentException(name + " twice in the vectors");
        }
    }

    void putAll(Map<String, Bytes> more) {
        more.forEach(this::put);
    }

    Map<String, Bytes> all() {
        return values;
    }
}
