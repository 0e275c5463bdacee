package dev.waxwing.server.web;

import dev.waxwing.ca.revocation.CertificateReleased;
import dev.waxwing.ca.revocation.CertificateRevoked;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.classic.ClassicDeviceChanged;
import dev.waxwing.server.media.TransferChanged;
import dev.waxwing.server.session.LiveNumbers;
import dev.waxwing.server.session.SessionEnded;
import dev.waxwing.server.session.SessionOpened;
import dev.waxwing.server.session.SessionRekeyed;
import dev.waxwing.server.session.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Tells open console pages what happens, as server-sent events: {@code numbers} once a second, and {@code changed} with the
 * topics whose lists are different now.
 *
 * <p>Each page has a virtual thread that writes to it, so that a slow browser delays nobody. What happened meanwhile is
 * merged, never queued.
 */
@Component
class LiveFeed {

    private static final int HISTORY = 90;
    private static final Duration ASK_EVERY = Duration.ofSeconds(10);
    private static final long STREAM_MILLIS = Duration.ofMinutes(10).toMillis();

    private final Traffic traffic;
    private final Display display;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final LivePlaces places = new LivePlaces();
    private final Deque<Long> rates = new ArrayDeque<>(HISTORY + 1);

    LiveFeed(Traffic traffic, Display display) {
        this.traffic = traffic;
        this.display = display;
        for (int i = 0; i < HISTORY; i++) {
            rates.add(0L);
        }
    }

    /**
     * What a dashboard shows moving.
     *
     * @param rates content received in bytes per second, one for each of the last seconds, oldest first
     */
    record Numbers(int sessions, int openUploads, String rate, String received, List<Long> rates) {}

    /** As of the last second. */
    Numbers numbers() {
        LiveNumbers now = traffic.now();
        return new Numbers(
                now.sessions(),
                now.openUploads(),
                display.size(Math.round(now.bytesPerSecond())) + "/s",
                display.size(now.receivedBytes()),
                history());
    }

    /** What becomes of the wish for a stream. */
    sealed interface Opening {

        /** It ends by itself, and the page opens another. */
        record Opened(SseEmitter stream) implements Opening {}

        /** The person has as many pages open as one may. */
        record TooManyOfPerson() implements Opening {}

        /** All places are taken, or all that people of this role may have. */
        record Full() implements Opening {}
    }

    /**
     * A stream for one page.
     *
     * @param caller whose page it is
     * @param stillIn whether the person is still let in; asked now and then
     */
    Opening open(Caller caller, BooleanSupplier stillIn) {
        return switch (places.take(caller)) {
            case TAKEN -> new Opening.Opened(stream(caller, stillIn));
            case TOO_MANY_OF_PERSON -> new Opening.TooManyOfPerson();
            case FULL -> new Opening.Full();
        };
    }

    private SseEmitter stream(Caller caller, BooleanSupplier stillIn) {
        SseEmitter emitter = new SseEmitter(STREAM_MILLIS);
        Listener listener = new Listener(emitter, caller, stillIn);
        listeners.add(listener);
        emitter.onCompletion(listener::close);
        emitter.onTimeout(emitter::complete);
        emitter.onError(_ -> listener.close());
        Thread.ofVirtual().name("console-page").start(listener::run);
        return emitter;
    }

    @Scheduled(fixedRate = 1, timeUnit = TimeUnit.SECONDS)
    void sample() {
        remember(Math.round(traffic.now().bytesPerSecond()));
        if (!listeners.isEmpty()) {
            Numbers numbers = numbers();
            listeners.forEach(listener -> listener.offer(numbers));
        }
    }

    @EventListener
    void transfer(TransferChanged event) {
        changed("transfers");
    }

    @EventListener
    void opened(SessionOpened event) {
        changed("sessions");
    }

    @EventListener
    void rekeyed(SessionRekeyed event) {
        changed("sessions");
    }

    @EventListener
    void ended(SessionEnded event) {
        changed("sessions");
    }

    @EventListener
    void classicDevice(ClassicDeviceChanged event) {
        changed("classic");
    }

    @EventListener
    void revoked(CertificateRevoked event) {
        changed("certificates");
    }

    @EventListener
    void released(CertificateReleased event) {
        changed("certificates");
    }

    /** Streams would hold up a graceful stop. */
    @EventListener(ContextClosedEvent.class)
    void closing() {
        listeners.forEach(Listener::close);
    }

    private void changed(String topic) {
        listeners.forEach(listener -> listener.changed(topic));
    }

    private void remember(long rate) {
        synchronized (rates) {
            rates.addLast(rate);
            rates.removeFirst();
        }
    }

    private List<Long> history() {
        synchronized (rates) {
            return List.copyOf(rates);
        }
    }

    /** One open page. Any thread may offer; its own thread writes. */
    private final class Listener {

        private final SseEmitter emitter;
        private final Caller caller;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition news = lock.newCondition();
        private Set<String> topics = new TreeSet<>();
        private @Nullable Numbers numbers;
        private final BooleanSupplier stillIn;
        private long askedAt = System.nanoTime();
        private boolean closed;

        Listener(SseEmitter emitter, Caller caller, BooleanSupplier stillIn) {
            this.emitter = emitter;
            this.caller = caller;
            this.stillIn = stillIn;
        }

        void offer(Numbers latest) {
            tell(() -> numbers = latest);
        }

        void changed(String topic) {
            tell(() -> topics.add(topic));
        }

        void close() {
            if (listeners.remove(this)) {
                places.free(caller);
            }
            tell(() -> closed = true);
        }

        private void tell(Runnable what) {
            lock.lock();
            try {
                what.run();
                news.signal();
            } finally {
                lock.unlock();
            }
        }

        void run() {
            try {
                while (sendNext()) {
                    // Everything is in the condition.
                }
                emitter.complete();
            } catch (IOException | IllegalStateException _) {
                // The page is gone, or its stream reached its end: it comes again if it wants more.
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                close();
            }
        }

        private boolean isOut() {
            long now = System.nanoTime();
            if (now - askedAt < ASK_EVERY.toNanos()) {
                return false;
            }
            askedAt = now;
            return !stillIn.getAsBoolean();
        }

        private boolean sendNext() throws IOException, InterruptedException {
            Numbers currentNumbers;
            Set<String> currentTopics;
            lock.lock();
            try {
                while (!closed && numbers == null && topics.isEmpty()) {
                    news.await();
                }
                if (closed) {
                    return false;
                }
                currentNumbers = numbers;
                currentTopics = topics;
                numbers = null;
                topics = new TreeSet<>();
            } finally {
                lock.unlock();
            }
            if (isOut()) {
                return false;
            }
            if (currentNumbers != null) {
                emitter.send(SseEmitter.event().name("numbers").data(currentNumbers, MediaType.APPLICATION_JSON));
            }
            if (!currentTopics.isEmpty()) {
                emitter.send(SseEmitter.event().name("changed").data(currentTopics, MediaType.APPLICATION_JSON));
            }
            return true;
        }
    }
}
