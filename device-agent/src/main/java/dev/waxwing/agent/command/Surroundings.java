package dev.waxwing.agent.command;

import java.io.InputStream;

/**
 * What every command of one process shares.
 *
 * @param device the device to act as
 * @param messages what a person is told
 * @param input standard input
 * @param isInteractive whether commands run inside the shell
 */
record Surroundings(Device device, Messages messages, InputStream input, boolean isInteractive) {}
