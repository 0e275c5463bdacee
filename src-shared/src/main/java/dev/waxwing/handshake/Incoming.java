package dev.waxwing.handshake;

import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import java.nio.ByteBuffer;

/**
 * Takes handshake records apart into messages and holds the limits on them (protocol sections 3.2 and 12).
 *
 * @param message the message
 * @param encoded the same as it came, for the transcript
 */
record Incoming(HandshakeMessage message, Bytes encoded) {

    /** The messages of one record, one after the other. */
    static final class Splitter {

        /** Bytes of handshake messages in one direction. */
        private static final int MAX_TOTAL = 65_536;

        private int total;

        /** Hands every message of the record to the handler, in order. */
        void split(ByteBuffer content, Handler handler) throws ProtocolException {
            total += content.remaining();
            if (total > MAX_TOTAL) {
                throw ProtocolException.malformed("more than " + MAX_TOTAL + " bytes of handshake messages");
            }
            Reader in = Reader.of(content);
            int size = in.remaining();
            while (in.hasRemaining()) {
                int start = content.position() + size - in.remaining();
                HandshakeMessage message = HandshakeMessage.decode(in);
                int end = content.position() + size - in.remaining();
                if (in.hasRemaining() && endsRecord(message)) {
                    throw ProtocolException.malformed("a message behind one that ends its record");
                }
                handler.handle(new Incoming(message, Bytes.copyOf(content.slice(start, end - start))));
            }
        }

        private static boolean endsRecord(HandshakeMessage message) {
            return message instanceof ClientHello || message instanceof ServerHello || message instanceof Finished;
        }
    }

    /** Takes one message. */
    interface Handler {
        void handle(Incoming incoming) throws ProtocolException;
    }
}
