package dev.waxwing.server.classic;

import dev.waxwing.channel.CryptoPermits;
import dev.waxwing.channel.RefusedException;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What classic needs besides its components. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ClassicProperties.class)
class ClassicConfiguration {

    /** From the same pool as the handshakes of WXP/2, and in as large a part of a handshake's time. */
    @Bean
    ClassicPermits classicPermits(CryptoPermits permits, ClassicProperties properties) {
        return () -> {
            try {
                CryptoPermits.Permit permit =
                        permits.acquire(properties.handshake().multipliedBy(3).dividedBy(4));
                return permit::close;
            } catch (RefusedException e) {
                throw new NoPermitException("no processor was free in time", e);
            }
        };
    }
}
