package dev.waxwing.agent.command;

import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What every command of one process shares.
 *
 * @param device the device to act as
 * @param messages what a person is told
 * @param input standard input
 * @param cancellation becomes true when the person wants the command to stop
 * @param isInteractive whether commands run inside the shell
 */
record Surroundings(
        Device device, Messages messages, InputStream input, AtomicBoolean cancellation, boolean isInteractive) {}
