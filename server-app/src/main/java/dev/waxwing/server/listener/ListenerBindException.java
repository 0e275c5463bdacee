package dev.waxwing.server.listener;

import java.net.BindException;

/** The port for devices could not be opened. The message is for the operator. */
public final class ListenerBindException extends IllegalStateException {

    ListenerBindException(ListenerProperties properties, BindException cause) {
        super(
                "Port " + properties.port() + " on " + properties.bind() + " cannot be opened for devices: "
                        + cause.getMessage()
                        + ". Set waxwing.listener.port (and waxwing.listener.bind) to a free one.",
                cause);
    }
}
