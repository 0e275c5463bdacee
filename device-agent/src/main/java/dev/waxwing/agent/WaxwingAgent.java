package dev.waxwing.agent;

import dev.waxwing.agent.command.AgentConfiguration;
import dev.waxwing.agent.command.AgentShell;
import dev.waxwing.agent.command.Console;
import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

/** The device agent's main class. */
public final class WaxwingAgent {

    /** Kept so that its level is not forgotten with it. */
    private static final Logger ROOT_LOG = Logger.getLogger("");

    private WaxwingAgent() {}

    /** Runs one command, or the interactive shell, and exits: 0 done, 1 failed, 2 usage error. */
    public static void main(String[] args) {
        System.exit(run(List.of(args), Console.ofProcess()));
    }

    static int run(List<String> words, Console console) {
        ROOT_LOG.setLevel(Level.WARNING);
        try (ConfigurableApplicationContext context = application().run()) {
            return context.getBean(AgentShell.class).run(words, console);
        } catch (IOException | RuntimeException failed) {
            ROOT_LOG.log(Level.FINE, "the agent failed", failed);
            console.messages().say("error: " + failed);
            return 1;
        }
    }

    private static SpringApplication application() {
        SpringApplication application = new SpringApplication(AgentConfiguration.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        application.setLazyInitialization(true);
        application.setRegisterShutdownHook(false);
        // Nothing but the code configures the agent: no file of the working directory, no variable, no argument.
        application.setAddCommandLineProperties(false);
        application.setEnvironment(new EmptyEnvironment());
        application.setListeners(List.of());
        return application;
    }

    private static final class EmptyEnvironment extends StandardEnvironment {

        @Override
        protected void customizePropertySources(MutablePropertySources sources) {}
    }
}
