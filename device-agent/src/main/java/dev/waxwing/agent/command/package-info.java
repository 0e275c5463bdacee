/** Holds the commands of the shell and of the command line. */
@NullMarked
package dev.waxwing.agent.command;

import org.jspecify.annotations.NullMarked;
