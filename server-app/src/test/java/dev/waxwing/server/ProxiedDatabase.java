package dev.waxwing.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Puts something of a test between a running server and its database. */
final class ProxiedDatabase {

    private ProxiedDatabase() {}

    /** Has every connection that the server takes replaced. */
    static BeanPostProcessor replacing(UnaryOperator<Connection> connections) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof DataSource database ? around(database, connections) : bean;
            }
        };
    }

    private static DataSource around(DataSource database, UnaryOperator<Connection> connections) {
        return new DelegatingDataSource(database) {
            @Override
            public Connection getConnection() throws SQLException {
                return connections.apply(super.getConnection());
            }
        };
    }

    static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(ProxiedDatabase.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** Calls what is behind a proxy, and throws what that throws. */
    static Object call(Invocation invocation) throws Throwable {
        try {
            return invocation.run();
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    interface Invocation {
        Object run() throws ReflectiveOperationException;
    }
}
