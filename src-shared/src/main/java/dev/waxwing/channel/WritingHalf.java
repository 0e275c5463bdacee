package dev.waxwing.channel;

import dev.waxwing.handshake.Action;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Protector;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sending direction of a session. Its lock guards the writing half of the stream.
 *
 * <p>What the session itself has to say (pings, pongs, key changes) is posted and written, in order, by whoever has the lock
 * next. So the receiving thread, which answers, never waits for the socket: two ends that do nothing but write would otherwise
 * wait for each other for ever.
 */
final class WritingHalf {

    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    private final RecordStream stream;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Post> posts = new ConcurrentLinkedQueue<>();
    private volatile Runnable afterWrite = () -> {};
    private volatile boolean disposing;
    private boolean ended;

    /** What the session itself says. */
    private sealed interface Post {

        record Say(ContentType type, Bytes content) implements Post {}

        record Rekey(List<Action> actions) implements Post {}
    }

    WritingHalf(RecordStream stream) {
        this.stream = stream;
    }

    /** Runs after each record of content was protected, with the lock held; it may post. */
    void afterWrite(Runnable action) {
        afterWrite = action;
    }

    /**
     * Protects records of content and writes them together, unless something is posted meanwhile that belongs between them.
     *
     * @param records each laid out as {@link Protector#protect} wants it; they are not used any more once this returns or throws
     * @return false if this direction has ended, or ends here because its key is used up (protocol section 3.5)
     */
    boolean send(ContentType type, ByteBuffer... records) throws IOException {
        boolean sent;
        boolean whole = false;
        lock.lock();
        try {
            requireOpen();
            writePosts();
            sent = gather(type, records);
            stream.flush();
            whole = true;
        } finally {
            if (!whole) {
                // What was protected and did not leave is missing in the sequence: nothing after it would be
                // understood.
                stream.closeBecause(new IOException("a record could not be sent"));
            }
            stream.dropGathered();
            release();
        }
        flush();
        return sent;
    }

    private boolean gather(ContentType type, ByteBuffer... records) throws IOException {
        for (ByteBuffer record : records) {
            if (!mayWrite()) {
                return false;
            }
            stream.gather(type, record);
            afterWrite.run();
            writePosts();
        }
        return true;
    }

    /** Says something soon, unless this direction has ended. Does not wait. */
    void post(ContentType type, Bytes content) {
        posts.add(new Post.Say(type, content));
    }

    /** Carries out what concerns the sending direction, in order, unless this direction has ended. Does not wait. */
    void post(List<Action> actions) {
        if (!actions.isEmpty()) {
            posts.add(new Post.Rekey(List.copyOf(actions)));
        }
    }

    /** Writes what was posted, unless another thread is about to. */
    void flush() throws IOException {
        while (!posts.isEmpty() && lock.tryLock()) {
            try {
                writePosts();
            } finally {
                release();
            }
        }
    }

    /** The last record of this direction, unless there was one. */
    void end(ContentType type, Bytes content) throws IOException, InterruptedException {
        if (!lock.tryLock(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("another thread is stuck in a write");
        }
        try {
            writePosts();
            if (!ended) {
                ended = true;
                stream.write(type, content);
            }
        } finally {
            release();
        }
    }

    /** Wipes the sending keys, once the socket is closed, now or as soon as nobody writes any more. */
    void dispose() {
        disposing = true;
        disposeIfIdle();
    }

    private void release() {
        lock.unlock();
        if (disposing) {
            disposeIfIdle();
        }
    }

    private void disposeIfIdle() {
        if (lock.tryLock()) {
            try {
                ended = true;
                writePosts();
                stream.disposeWriting();
            } catch (IOException e) {
                throw new IllegalStateException("nothing is written once this direction has ended", e);
            } finally {
                lock.unlock();
            }
        }
    }

    private void writePosts() throws IOException {
        for (Post post = posts.poll(); post != null; post = posts.poll()) {
            switch (post) {
                case Post.Say(ContentType type, Bytes content) -> write(type, content);
                case Post.Rekey(List<Action> actions) -> rekey(actions);
            }
        }
    }

    private void rekey(List<Action> actions) throws IOException {
        for (Action action : actions) {
            switch (action) {
                case Send(Bytes message) -> write(ContentType.HANDSHAKE, message);
                case ChangeSendingKeys change when ended -> change.keys().close();
                case ChangeSendingKeys change -> stream.change(change);
                default -> throw new IllegalStateException("not an action of this place");
            }
        }
    }

    private void write(ContentType type, Bytes content) throws IOException {
        if (mayWrite()) {
            stream.write(type, content);
        }
    }

    /** Closes this direction before its key is used up. */
    private boolean mayWrite() throws IOException {
        if (!ended && stream.recordsLeft() == 1) {
            ended = true;
            stream.write(ContentType.CLOSE, Bytes.EMPTY);
        }
        return !ended;
    }

    private void requireOpen() throws IOException {
        if (!stream.isOpen()) {
            throw stream.closedBecause();
        }
    }
}
