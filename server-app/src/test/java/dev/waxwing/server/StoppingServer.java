package dev.waxwing.server;

import dev.waxwing.ca.ceremony.Ceremonies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringApplication;

/**
 * The server, whose ceremonies, such as a rotation, stop for ever before one of their steps, so that it can be killed there:
 * {@code StoppingServer STEP MARK [--key=value ...]}. A step is a statement or a commit; what a ceremony does with files lies between two of them. The file
 * MARK appears when it has stopped.
 */
final class StoppingServer {

    private final int last;
    private final Path mark;
    private final AtomicInteger steps = new AtomicInteger();

    private StoppingServer(int last, Path mark) {
        this.last = last;
        this.mark = mark;
    }

    static void main(String[] args) {
        StoppingServer brake = new StoppingServer(Integer.parseInt(args[0]), Path.of(args[1]));
        SpringApplication application = WaxwingServer.application();
        application.addInitializers(
                context -> context.getBeanFactory().addBeanPostProcessor(ProxiedDatabase.replacing(brake::braked)));
        application.run(Arrays.copyOfRange(args, 2, args.length));
    }

    private Connection braked(Connection connection) {
        return ProxiedDatabase.proxy(Connection.class, (_, method, arguments) -> {
            if (method.getName().equals("prepareStatement") || method.getName().equals("commit")) {
                beforeStep();
            }
            return ProxiedDatabase.call(() -> method.invoke(connection, arguments));
        });
    }

    private void beforeStep() throws IOException, InterruptedException {
        if (isOfCeremony() && steps.incrementAndGet() == last) {
            Files.createFile(mark);
            new CountDownLatch(1).await();
        }
    }

    private static boolean isOfCeremony() {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(Ceremonies.class.getName())));
    }
}
