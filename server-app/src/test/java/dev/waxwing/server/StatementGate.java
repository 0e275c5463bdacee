package dev.waxwing.server;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;

/**
 * Stops a thread of a test right after a statement of its own, with the locks that it has by then, until it is told to go on; and
 * notes what the database broke off, which repetition would hide.
 */
final class StatementGate {

    /** Also of the threads that a thread begins. */
    private final ThreadLocal<Stop> mine = new InheritableThreadLocal<>();

    private final LinkedBlockingQueue<String> brokenOff = new LinkedBlockingQueue<>();

    /** Puts the gate between a server and its database; no configuration by itself, or every test's server would find it. */
    static class Standing {

        @Bean
        static StatementGate statementGate() {
            return new StatementGate();
        }

        @Bean
        static BeanPostProcessor gatedDatabase(StatementGate gate) {
            return ProxiedDatabase.replacing(gate::gated);
        }
    }

    /** Where one thread stops, once. */
    static final class Stop {

        private final String beginning;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        private Stop(String beginning) {
            this.beginning = beginning;
        }

        void awaitReached() throws InterruptedException {
            reached.await();
        }

        void goOn() {
            open.countDown();
        }

        private void passed(String sql) throws SQLException {
            if (reached.getCount() > 0 && sql.startsWith(beginning)) {
                reached.countDown();
                try {
                    open.await();
                } catch (InterruptedException e) {
                    throw new SQLException(e);
                }
            }
        }
    }

    /** A stop after the first statement that begins like this. */
    static Stop after(String beginning) {
        return new Stop(beginning);
    }

    /** Does it on another thread, which stops there. */
    <T> Future<T> begin(ExecutorService threads, Stop stop, Callable<T> work) {
        return threads.submit(() -> {
            mine.set(stop);
            return work.call();
        });
    }

    void forget() {
        brokenOff.clear();
    }

    /** What was broken off, and why. */
    List<String> brokenOff() {
        return List.copyOf(brokenOff);
    }

    private Connection gated(Connection connection) {
        return ProxiedDatabase.proxy(Connection.class, (_, method, arguments) -> {
            Object result = ProxiedDatabase.call(() -> method.invoke(connection, arguments));
            return result instanceof PreparedStatement statement
                    ? gated(statement, String.valueOf(arguments[0]).strip())
                    : result;
        });
    }

    private PreparedStatement gated(PreparedStatement statement, String sql) {
        return ProxiedDatabase.proxy(PreparedStatement.class, (_, method, arguments) -> {
            if (!method.getName().startsWith("execute")) {
                return ProxiedDatabase.call(() -> method.invoke(statement, arguments));
            }
            try {
                Object result = ProxiedDatabase.call(() -> method.invoke(statement, arguments));
                Stop stop = mine.get();
                if (stop != null) {
                    stop.passed(sql);
                }
                return result;
            } catch (SQLException e) {
                brokenOff.add(sql + ": " + e.getMessage());
                throw e;
            }
        });
    }
}
