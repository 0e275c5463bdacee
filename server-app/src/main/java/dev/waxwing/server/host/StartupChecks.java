package dev.waxwing.server.host;

import dev.waxwing.server.backup.BackupException;
import dev.waxwing.server.backup.DataSwap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * What must hold before the first bean is made: the data directory can be used and is ours alone, and the console is not opened
 * to the network in plain text.
 */
public final class StartupChecks implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final List<String> TLS =
            List.of("server.ssl.bundle", "server.ssl.key-store", "server.ssl.certificate");

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        Environment environment = context.getEnvironment();
        checkConsole(environment);
        Path directory = dataDirectory(environment);
        DataHome home = DataHome.hold(directory)
                .orElseThrow(() -> new StartupException("Another Waxwing server holds the data directory "
                        + directory.toAbsolutePath().normalize()
                        + ". Stop it first, or set waxwing.data-dir to another directory."));
        // Destroyed in the reverse order of registration: the lock goes after everything that it protects.
        ((DefaultListableBeanFactory) context.getBeanFactory()).registerDisposableBean("dataHome", home::close);
        PortsFile.remove(directory);
        finishRestore(directory);
    }

    /** A restore that was interrupted is finished, if it was decided, before anything of the former state is used. */
    private static void finishRestore(Path directory) {
        try {
            DataSwap.in(directory).settle();
        } catch (BackupException e) {
            throw new StartupException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new StartupException(
                    "An interrupted restore in " + directory.toAbsolutePath().normalize() + " cannot be finished: " + e,
                    e);
        }
    }

    static Path dataDirectory(Environment environment) {
        return Path.of(environment.getProperty("waxwing.data-dir", "data"));
    }

    private static void checkConsole(Environment environment) {
        String bind = environment.getProperty("waxwing.console.bind", "127.0.0.1");
        boolean tls = TLS.stream().anyMatch(environment::containsProperty);
        boolean behindProxy = environment.getProperty("waxwing.console.behind-proxy", Boolean.class, false);
        if (!tls && !behindProxy && !isLoopback(bind)) {
            throw new StartupException("The console speaks plain HTTP and is not opened on " + bind
                    + ". Set waxwing.console.bind to 127.0.0.1, or server.ssl.* for TLS, or"
                    + " waxwing.console.behind-proxy=true when a proxy in front of it speaks TLS.");
        }
    }

    private static boolean isLoopback(String bind) {
        try {
            return InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new StartupException("waxwing.console.bind is no address of this host: " + bind, e);
        }
    }
}
