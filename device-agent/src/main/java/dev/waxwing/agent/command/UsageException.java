package dev.waxwing.agent.command;

/** The words on the command line do not make a command. Its message says what to write instead. */
final class UsageException extends Exception {

    UsageException(String message) {
        super(message);
    }
}
