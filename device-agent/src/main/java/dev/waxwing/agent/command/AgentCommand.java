package dev.waxwing.agent.command;

import dev.waxwing.agent.home.AgentFailure;
import java.io.IOException;

/** One command of the agent. It reports through its result and prints nothing on standard output itself. */
interface AgentCommand {

    /** How the command is written. */
    Usage usage();

    /**
     * Runs the command.
     *
     * @throws UsageException if the arguments make no sense together
     * @throws AgentFailure if it failed for a reason that a person can act on
     * @throws IOException if a file could not be read or written
     */
    Result run(Invocation invocation) throws UsageException, AgentFailure, IOException, InterruptedException;
}
