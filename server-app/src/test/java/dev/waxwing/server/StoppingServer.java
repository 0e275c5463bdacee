package dev.waxwing.server;

import dev.waxwing.ca.ceremony.Ceremonies;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The server, whose rotation stops for ever before one of its steps, so that it can be killed there: {@code StoppingServer STEP
 * MARK [--key=value ...]}. A step is a statement or a commit; what a rotation does with files lies between two of them. The file
 * MARK appears when it has stopped.
 */
final class StoppingServer implements BeanPostProcessor {

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
        application.addInitializers(context -> context.getBeanFactory().addBeanPostProcessor(brake));
        application.run(Arrays.copyOfRange(args, 2, args.length));
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof DataSource database ? braked(database) : bean;
    }

    private DataSource braked(DataSource database) {
        return new DelegatingDataSource(database) {
            @Override
            public Connection getConnection() throws SQLException {
                return braked(super.getConnection());
            }
        };
    }

    private Connection braked(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                StoppingServer.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")
                            || method.getName().equals("commit")) {
                        beforeStep();
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void beforeStep() throws IOException, InterruptedException {
        if (isOfRotation() && steps.incrementAndGet() == last) {
            Files.createFile(mark);
            new CountDownLatch(1).await();
        }
    }

    private static boolean isOfRotation() {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(Ceremonies.class.getName())));
    }
}
