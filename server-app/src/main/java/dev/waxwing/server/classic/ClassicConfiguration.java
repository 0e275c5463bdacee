package dev.waxwing.server.classic;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What classic needs besides its components. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ClassicProperties.class)
class ClassicConfiguration {

    /** At most as many at once as there are processors, in order of arrival. */
    @Bean
    ClassicPermits classicPermits(ClassicProperties properties) {
        Semaphore processors = new Semaphore(Runtime.getRuntime().availableProcessors(), true);
        long patience = properties.handshake().toMillis();
        return () -> {
            try {
                if (!processors.tryAcquire(patience, TimeUnit.MILLISECONDS)) {
                    throw new IOException("no processor was free in time");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for a processor");
            }
            return processors::release;
        };
    }
}
