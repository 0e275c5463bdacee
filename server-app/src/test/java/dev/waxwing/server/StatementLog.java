package dev.waxwing.server;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;

/**
 * What a running server asks of its database, statement by statement. Work that the server does by the clock, whether anything
 * happens or not, is left out.
 */
final class StatementLog {

    private static final Set<String> BY_THE_CLOCK = Set.of("ca-schedule", "waxwing-housekeeping");
    private static final String COMMIT = "COMMIT";

    private final Queue<Execution> executions = new ConcurrentLinkedQueue<>();

    /** Puts the log between a server and its database; no configuration by itself, or every test's server would find it. */
    static class Recording {

        @Bean
        static StatementLog statementLog() {
            return new StatementLog();
        }

        @Bean
        static BeanPostProcessor recordedDatabase(StatementLog log) {
            return ProxiedDatabase.replacing(log::recorded);
        }
    }

    /**
     * One statement.
     *
     * @param sql in one line
     * @param parameters by their numbers, from 1; of a batch those of its last row
     */
    record Execution(String sql, Map<Integer, Object> parameters) {}

    void clear() {
        executions.clear();
    }

    List<Execution> executions() {
        return List.copyOf(executions);
    }

    /** Statements apart from commits and the synchronisation of the file. */
    Count count() {
        List<Execution> all = executions();
        int commits =
                (int) all.stream().filter(each -> each.sql().equals(COMMIT)).count();
        int synced = (int)
                all.stream().filter(each -> each.sql().startsWith("CHECKPOINT")).count();
        return new Count(all.size() - commits - synced, commits, synced);
    }

    /** How often each statement was executed, a line each. */
    String listing() {
        return executions().stream()
                .collect(Collectors.groupingBy(Execution::sql, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(each -> "%5d  %s".formatted(each.getValue(), each.getKey()))
                .collect(Collectors.joining("\n"));
    }

    /**
     * What something costs the database.
     *
     * @param statements a batch is one
     * @param commits of transactions, and of statements outside of one that write
     * @param synchronised how often the file was forced to the disk
     */
    record Count(int statements, int commits, int synchronised) {}

    private Connection recorded(Connection connection) {
        return ProxiedDatabase.proxy(Connection.class, (_, method, arguments) -> {
            Object result = ProxiedDatabase.call(() -> method.invoke(connection, arguments));
            return switch (result) {
                case PreparedStatement statement -> recorded(statement, connection, String.valueOf(arguments[0]));
                case Statement statement -> recorded(statement, connection);
                case null, default -> {
                    if (method.getName().equals("commit")) {
                        add(new Execution(COMMIT, Map.of()));
                    }
                    yield result;
                }
            };
        });
    }

    private PreparedStatement recorded(PreparedStatement statement, Connection connection, String sql) {
        Map<Integer, Object> parameters = new TreeMap<>();
        return ProxiedDatabase.proxy(PreparedStatement.class, (_, method, arguments) -> {
            if (method.getName().startsWith("set") && arguments.length >= 2 && arguments[0] instanceof Integer number) {
                parameters.put(number, arguments[1]);
            }
            Object result = ProxiedDatabase.call(() -> method.invoke(statement, arguments));
            if (method.getName().startsWith("execute")) {
                executed(sql, parameters, connection);
            }
            return result;
        });
    }

    private Statement recorded(Statement statement, Connection connection) {
        return ProxiedDatabase.proxy(Statement.class, (_, method, arguments) -> {
            Object result = ProxiedDatabase.call(() -> method.invoke(statement, arguments));
            if (method.getName().startsWith("execute")) {
                executed(String.valueOf(arguments[0]), Map.of(), connection);
            }
            return result;
        });
    }

    private void executed(String sql, Map<Integer, Object> parameters, Connection connection) throws SQLException {
        String line = sql.strip().replaceAll("\\s+", " ");
        if (connection.getAutoCommit() && line.matches("(INSERT|UPDATE|DELETE) .*")) {
            add(new Execution(COMMIT, Map.of()));
        }
        add(new Execution(line, new TreeMap<>(parameters)));
    }

    private void add(Execution execution) {
        if (!BY_THE_CLOCK.contains(Thread.currentThread().getName())) {
            executions.add(execution);
        }
    }
}
