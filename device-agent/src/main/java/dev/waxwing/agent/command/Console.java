package dev.waxwing.agent.command;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.springframework.shell.core.InputReader;

/**
 * The process's standard streams.
 *
 * @param in standard input
 * @param out standard output: results only
 * @param messages standard error
 * @param prompts asks the person at the terminal
 */
public record Console(InputStream in, PrintWriter out, Messages messages, InputReader prompts) {

    private static final int DEFAULT_WIDTH = 80;

    /** The console of this process. */
    public static Console ofProcess() {
        boolean terminal = isTerminal(2);
        PrintWriter err = writer(new FileOutputStream(FileDescriptor.err), "stderr.encoding");
        return new Console(
                new FileInputStream(FileDescriptor.in),
                writer(new FileOutputStream(FileDescriptor.out), "stdout.encoding"),
                new Messages(err, terminal, terminal ? width() : DEFAULT_WIDTH),
                new TerminalPrompts());
    }

    private static PrintWriter writer(OutputStream stream, String encodingProperty) {
        Charset charset = Charset.forName(System.getProperty(encodingProperty, StandardCharsets.UTF_8.name()));
        return new PrintWriter(new OutputStreamWriter(stream, charset), false);
    }

    /** Java knows only whether standard input and output together are a terminal, so the system is asked. */
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd", String.valueOf(descriptor));
        if (Files.exists(link)) {
            try {
                String target = Files.readSymbolicLink(link).toString();
                return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
            } catch (IOException unknown) {
                return false;
            }
        }
        java.io.Console console = System.console();
        return console != null && console.isTerminal();
    }

    private static int width() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Path.of("/dev/tty").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String[] size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ");
            stty.waitFor(1, TimeUnit.SECONDS);
            int columns = size.length == 2 ? Integer.parseInt(size[1]) : 0;
            return columns > 0 ? columns : DEFAULT_WIDTH;
        } catch (IOException | NumberFormatException unknown) {
            return DEFAULT_WIDTH;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return DEFAULT_WIDTH;
        }
    }

    /** Asks at the terminal, whatever the standard streams are. */
    private static final class TerminalPrompts implements InputReader {

        @Override
        public String readInput(String prompt) throws IOException {
            String line = terminal().readLine("%s", prompt);
            if (line == null) {
                throw new IOException("nothing was entered");
            }
            return line;
        }

        @Override
        public char[] readPassword(String prompt) throws IOException {
            char[] secret = terminal().readPassword("%s", prompt);
            if (secret == null) {
                throw new IOException("nothing was entered");
            }
            return secret;
        }

        private static java.io.Console terminal() throws IOException {
            java.io.Console console = System.console();
            if (console == null || !console.isTerminal()) {
                throw new IOException("there is no terminal to ask at");
            }
            return console;
        }
    }
}
