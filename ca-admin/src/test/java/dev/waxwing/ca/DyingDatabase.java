package dev.waxwing.ca;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * A way to a database that ends after so many statements and commits: what the process does after that reaches it no more, as if it
 * had been killed there.
 */
public final class DyingDatabase {

    private static final Set<String> STEPS =
            Set.of("execute", "executeUpdate", "executeQuery", "executeLargeUpdate", "executeBatch");

    private final DataSource real;
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    private volatile String from = "";
    private volatile int lives;
    private volatile Runnable last = () -> {};

    public DyingDatabase(DataSource real) {
        this.real = real;
    }

    /** From now on so many statements and commits work; {@code then} is run right after the last of them. */
    public void dieAfter(int steps, Runnable then) {
        from = "";
        last = then;
        left.set(steps);
        if (steps == 0) {
            then.run();
        }
    }

    /** So many statements and commits work after the first one that begins like this. */
    public void dieAfter(String statement, int steps, Runnable then) {
        left.set(Integer.MAX_VALUE);
        last = then;
        lives = steps;
        from = statement;
    }

    /** The next process finds it as it is. */
    public void live() {
        from = "";
        left.set(Integer.MAX_VALUE);
    }

    /** Whether a step was refused, or would be. */
    public boolean isDead() {
        return left.get() <= 0;
    }

    public DataSource dataSource() {
        return proxy(DataSource.class, real, "");
    }

    private <T> T proxy(Class<T> type, Object target, String sql) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    boolean step = target instanceof PreparedStatement && STEPS.contains(method.getName())
                            || target instanceof Connection && method.getName().equals("commit");
                    if (step && left.get() <= 0) {
                        throw new SQLException("the process is dead");
                    }
                    try {
                        Object result = method.invoke(target, arguments);
                        if (step) {
                            count(sql);
                        }
                        return switch (result) {
                            case Connection connection -> proxy(Connection.class, connection, "");
                            case PreparedStatement statement ->
                                proxy(PreparedStatement.class, statement, String.valueOf(arguments[0]));
                            case null, default -> result;
                        };
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    private void count(String sql) {
        if (!from.isEmpty() && sql.startsWith(from)) {
            from = "";
            left.set(lives + 1);
        }
        if (left.decrementAndGet() == 0) {
            last.run();
        }
    }
}
