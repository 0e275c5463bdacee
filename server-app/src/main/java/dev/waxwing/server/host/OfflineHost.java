package dev.waxwing.server.host;

import dev.waxwing.ca.CaAdminConfiguration;
import dev.waxwing.ca.CaAdminDefaults;
import dev.waxwing.server.account.RestoredAccounts;
import dev.waxwing.server.account.SetupLinks;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.backup.Aftermath;
import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.backup.Snapshot;
import dev.waxwing.server.classic.ClassicKitsConfiguration;
import dev.waxwing.server.device.DeviceRegister;
import dev.waxwing.server.device.RemovedDevices;
import dev.waxwing.server.listener.ListenerAddresses;
import dev.waxwing.server.listener.ListenerProperties;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Just enough of the server to answer one request of the host while no server runs: nothing listens. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    ConfigurationPropertiesAutoConfiguration.class,
    DataSourceAutoConfiguration.class,
    DataSourceTransactionManagerAutoConfiguration.class,
    TransactionAutoConfiguration.class,
    JdbcTemplateAutoConfiguration.class,
    JdbcClientAutoConfiguration.class,
    FlywayAutoConfiguration.class,
    CaAdminDefaults.class
})
@EnableConfigurationProperties(ListenerProperties.class)
@ComponentScan(basePackageClasses = AuditLog.class)
@Import({
    CaAdminConfiguration.class,
    DatabaseConfiguration.class,
    ListenerAddresses.class,
    DeviceRegister.class,
    RemovedDevices.class,
    SetupLinks.class,
    ConsoleUrl.class,
    ClassicKitsConfiguration.class,
    Snapshot.class,
    Aftermath.class,
    Restorations.class,
    RestoredAccounts.class,
    HostDesk.class
})
class OfflineHost {}
