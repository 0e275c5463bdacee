package dev.waxwing.server;

import dev.waxwing.ca.CaAdminConfiguration;
import dev.waxwing.server.host.StartupChecks;
import dev.waxwing.server.host.Subcommands;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Import;

/** The server: listener, ingest, console and REST interface in one process, or one of the host's subcommands. */
@SpringBootApplication
@Import(CaAdminConfiguration.class)
public class WaxwingServer {

    /**
     * Runs the server until it is stopped, or one subcommand.
     *
     * @param args a subcommand and its options, or any options of Spring Boot
     */
    public static void main(String[] args) {
        if (Subcommands.isOne(args)) {
            System.exit(Subcommands.run(args, System.out, System.err));
        }
        try {
            application().run(args);
        } catch (RuntimeException e) {
            System.exit(1); // Spring Boot has reported why.
        }
    }

    /** The server as an application that checks, and locks, its data directory before anything else. */
    public static SpringApplication application() {
        SpringApplication application = new SpringApplication(WaxwingServer.class);
        application.addInitializers(new StartupChecks());
        return application;
    }
}
