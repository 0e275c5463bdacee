package dev.waxwing.server.web;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * The forms for a key that are open: each is obeyed once, however often it is sent, and what came of it is shown once. A key stays
 * here, in memory, from when it was made until its page is fetched, and no longer than {@link #KEPT}. Guarded by its own monitor,
 * which is held over no work.
 */
@Component
final class KeyForms {

    /** A browser follows a redirect at once. */
    static final Duration KEPT = Duration.ofMinutes(1);

    /** The oldest gives way: sent then, it is refused, like one that is none. */
    private static final int MOST = 1_000;

    private static final int TICKET_BYTES = 16;

    /**
     * A key on its way to the one page that shows it.
     *
     * @param name its owner's
     * @param serialNumber of its certificate
     * @param pkcs12 the file with both, in base64
     * @param password of the file, if it was made up
     */
    record NewKey(
            String name,
            String serialNumber,
            String pkcs12,
            @Nullable String password) {

        @Override
        public String toString() {
            return "NewKey[" + name + "]";
        }
    }

    /** How a form stands. */
    sealed interface Stand {

        /** It was not sent yet. */
        record Blank() implements Stand {}

        /** It was sent, and what it asks for is being made. */
        record Sent() implements Stand {}

        /** What it asked for waits to be fetched. */
        record Ready(NewKey key) implements Stand {}

        /** What it asked for was fetched, or waited for too long. */
        record Over(String serialNumber) implements Stand {}

        /** There is none of this ticket, or it is somebody else's. */
        record Unknown() implements Stand {}
    }

    private record Form(String owner, Stand stand) {}

    private final SecureRandom random;
    private final Executor later;
    private final Map<String, Form> forms = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Form> eldest) {
            return size() > MOST;
        }
    };

    @Autowired
    KeyForms(SecureRandom random) {
        this(random, CompletableFuture.delayedExecutor(KEPT.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** @param later runs what it is given when {@link #KEPT} has passed */
    KeyForms(SecureRandom random, Executor later) {
        this.random = random;
        this.later = later;
    }

    /** A form is shown; returns what it has to be sent with. */
    synchronized String open(String owner) {
        byte[] bytes = new byte[TICKET_BYTES];
        random.nextBytes(bytes);
        String ticket = HexFormat.of().formatHex(bytes);
        forms.put(ticket, new Form(owner, new Stand.Blank()));
        return ticket;
    }

    /** A form comes in; whoever is told that it was blank obeys it, and nobody else. */
    synchronized Stand send(String ticket, String owner) {
        Stand before = stand(ticket, owner);
        if (before instanceof Stand.Blank) {
            forms.put(ticket, new Form(owner, new Stand.Sent()));
        }
        return before;
    }

    /** Nothing was made: the form can be sent again. */
    synchronized void reopen(String ticket, String owner) {
        forms.put(ticket, new Form(owner, new Stand.Blank()));
    }

    /** Whether anything was made is not known: the form cannot be sent again. */
    synchronized void abandon(String ticket) {
        forms.remove(ticket);
    }

    /** What the form asked for was made, and waits for its page. */
    synchronized void ready(String ticket, String owner, NewKey key) {
        forms.put(ticket, new Form(owner, new Stand.Ready(key)));
        later.execute(() -> fetch(ticket, owner));
    }

    /** Hands over what was made, this once. */
    synchronized Stand fetch(String ticket, String owner) {
        Stand before = stand(ticket, owner);
        if (before instanceof Stand.Ready(NewKey key)) {
            forms.put(ticket, new Form(owner, new Stand.Over(key.serialNumber())));
        }
        return before;
    }

    private Stand stand(String ticket, String owner) {
        @Nullable Form form = forms.get(ticket);
        return form != null && form.owner().equals(owner) ? form.stand() : new Stand.Unknown();
    }
}
