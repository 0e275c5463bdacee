package dev.waxwing.classic;

import dev.waxwing.wire.ProtocolException;
import java.io.IOException;

/**
 * Takes what a device sends, one item at a time, on the session's thread. The acknowledgement leaves when a call returns,
 * so what was accepted must be durable by then. The same item may come again: the format cannot tell a repetition from a
 * new item.
 */
public interface ClassicReceiver {

    /**
     * Takes a text, possibly empty. A rejected one ends the session in silence.
     *
     * @throws ProtocolException to end the session in silence with a reason of one's own
     */
    ClassicVerdict text(String text) throws IOException, ProtocolException, InterruptedException;

    /**
     * Takes a file, possibly empty, whose {@link ClassicFile#signatureValid()} the receiver has to look at.
     *
     * @throws ProtocolException to end the session in silence with a reason of one's own
     */
    ClassicVerdict file(ClassicFile file) throws IOException, ProtocolException, InterruptedException;
}
