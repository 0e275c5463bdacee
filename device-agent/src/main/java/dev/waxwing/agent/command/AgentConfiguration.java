package dev.waxwing.agent.command;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The agent's parts. Nothing is scanned for and nothing configures itself: a short command must start fast. */
@Configuration(proxyBeanMethods = false)
public class AgentConfiguration {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    SecureRandom random() {
        return new SecureRandom();
    }

    @Bean
    AgentShell agentShell(SecureRandom random, Clock clock) {
        return new AgentShell(
                List.of(
                        new EnrollCommand(),
                        new StatusCommand(),
                        new ConnectCommand(),
                        new DisconnectCommand(),
                        new TextCommand(),
                        new SendCommand(),
                        new QueueCommand(),
                        new HistoryCommand(),
                        new VerifyCommand(),
                        new RenewCommand(),
                        new RekeyCommand(),
                        new DoctorCommand()),
                random,
                clock);
    }
}
