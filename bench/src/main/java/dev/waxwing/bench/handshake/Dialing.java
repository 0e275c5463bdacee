package dev.waxwing.bench.handshake;

import dev.waxwing.bench.process.Commands;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Makes connections one after the other in each of four threads, for a worker that blocks while it does. */
final class Dialing {

    /** How many connections are in the making at once, in every client of this package. */
    static final int AT_ONCE = 4;

    private final List<Connector> connectors;

    /** Makes one connection after the other, from one thread. */
    @FunctionalInterface
    interface Connector {

        /** Returns when the server has accepted this client and the connection is closed again. */
        void connect() throws Exception;
    }

    private Dialing(List<Connector> connectors) {
        this.connectors = connectors;
    }

    /**
     * Obeys {@code warm COUNT} and {@code sample MILLIS}.
     *
     * @param connectors makes a connector for one thread
     */
    static void serve(Callable<Connector> connectors) throws Exception {
        List<Connector> all = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            all.add(connectors.call());
        }
        Dialing dialing = new Dialing(all);
        Commands.serve(
                Map.of(),
                Map.of(
                        "warm", count -> dialing.warm(Long.parseLong(count)),
                        "sample", millis -> dialing.sample(Long.parseLong(millis))));
    }

    private Map<String, ?> warm(long count) throws Exception {
        AtomicLong left = new AtomicLong(count);
        return run(() -> left.getAndDecrement() > 0);
    }

    private Map<String, ?> sample(long millis) throws Exception {
        long end = System.nanoTime() + millis * 1_000_000;
        return run(() -> System.nanoTime() - end < 0);
    }

    private Map<String, ?> run(BooleanSupplier goOn) throws Exception {
        long begin = System.nanoTime();
        long made = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(connectors.size())) {
            List<Future<Long>> counts = new ArrayList<>();
            for (Connector connector : connectors) {
                counts.add(threads.submit(() -> connectWhile(goOn, connector)));
            }
            for (Future<Long> count : counts) {
                made += count.get();
            }
        }
        return Commands.done(made, System.nanoTime() - begin);
    }

    private static long connectWhile(BooleanSupplier goOn, Connector connector) throws Exception {
        long made = 0;
        while (goOn.getAsBoolean()) {
            connector.connect();
            made++;
        }
        return made;
    }
}
