package dev.waxwing.ca.web;

import dev.waxwing.ca.CaAdminConfiguration;
import dev.waxwing.ca.RecordedAudit;
import dev.waxwing.ca.enrollment.PublicAddresses;
import dev.waxwing.ca.issuance.CertifiedDevices;
import dev.waxwing.ca.issuance.FormerDevices;
import dev.waxwing.enrollment.ServerAddress;
import java.util.List;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The least application that the authority runs in. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(CaAdminConfiguration.class)
class CaAdminApplication {

    @Bean
    RecordedAudit audit() {
        return new RecordedAudit();
    }

    @Bean
    FormerDevices formerDevices() {
        return "former-camera"::equals;
    }

    @Bean
    CertifiedDevices certifiedDevices() {
        return (_, _) -> {};
    }

    @Bean
    PublicAddresses addresses() {
        return () -> List.of(new ServerAddress("127.0.0.1", 9999), new ServerAddress("::1", 9999));
    }
}
