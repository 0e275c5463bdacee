import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/**
 * Checks or applies palantir-java-format: {@code Format check|apply DIRECTORY,DIRECTORY...}.
 *
 * <p>It is a program of its own, and not a Maven plug-in, because the formatter parses with the compiler of the JVM it
 * runs in: inside a Maven that was started on an older JDK it cannot read our sources.
 */
final class Format {
    private static final Formatter FORMATTER = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    static void main(String[] args) throws IOException {
        boolean apply = "apply".equals(args[0]);
        Set<Path> unformatted = new ConcurrentSkipListSet<>();
        Set<String> unreadable = new ConcurrentSkipListSet<>();
        sources(args[1].split(",")).parallelStream().forEach(file -> {
            try {
                String source = Files.readString(file);
                String formatted = FORMATTER.formatSourceAndFixImports(source);
                if (!formatted.equals(source)) {
                    unformatted.add(file);
                    if (apply) {
                        Files.writeString(file, formatted);
                    }
                }
            } catch (FormatterException e) {
                unreadable.add(file + ": " + e.getMessage());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        unreadable.forEach(problem -> System.err.println("cannot be parsed by the formatter: " + problem));
        unformatted.forEach(file -> System.err.println((apply ? "formatted " : "not formatted: ") + file));
        if (!unreadable.isEmpty() || (!apply && !unformatted.isEmpty())) {
            System.err.println("To format all sources: mvn -N -Dformat=apply validate");
            System.exit(1);
        }
    }

    private static Set<Path> sources(String[] roots) throws IOException {
        Set<Path> files = new TreeSet<>();
        for (String root : roots) {
            if (Files.isDirectory(Path.of(root))) {
                try (Stream<Path> tree = Files.walk(Path.of(root))) {
                    tree.filter(path -> path.toString().endsWith(".java")).forEach(files::add);
                }
            }
        }
        return files;
    }
}
