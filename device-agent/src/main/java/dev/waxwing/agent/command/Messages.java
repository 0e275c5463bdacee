package dev.waxwing.agent.command;

import java.io.PrintWriter;

/**
 * What a person is told while a command runs; never part of its result.
 *
 * @param writer standard error, or the shell's terminal
 * @param isTerminal whether lines may be drawn again
 * @param width columns of the terminal
 */
public record Messages(PrintWriter writer, boolean isTerminal, int width) {

    /** Tells it at once. */
    public void say(String line) {
        writer.println(Words.harmless(line));
        writer.flush();
    }
}
