package dev.waxwing.agent.command;

import org.jspecify.annotations.Nullable;

/**
 * One option of a command.
 *
 * @param name the long name, without its dashes
 * @param value what stands for its value in the help; null when the option is a switch
 * @param description one line for the help
 */
record Option(String name, @Nullable String value, String description) {

    boolean takesValue() {
        return value != null;
    }

    String synopsis() {
        return value == null ? "--" + name : "--" + name + " " + value;
    }
}
