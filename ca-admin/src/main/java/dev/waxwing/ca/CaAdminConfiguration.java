package dev.waxwing.ca;

import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.enrollment.Enrollment;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.enrollment.PublicAddresses;
import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.enrollment.Renewals;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.issuance.CertifiedDevices;
import dev.waxwing.ca.issuance.FormerDevices;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.IssuersInService;
import dev.waxwing.ca.issuance.KeyMaker;
import dev.waxwing.ca.issuance.PkiProperties;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.OcspResponder;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.ca.revocation.SweepPatience;
import dev.waxwing.ca.revocation.Sweeps;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The certificate authority as beans. The application supplies {@link AuditTrail}, {@link PublicAddresses},
 * {@link FormerDevices} and {@link CertifiedDevices}.
 *
 * <p>Everything is made by constructors, after the database was migrated: once the context has its beans, there are keys,
 * certificates, a loaded revocation set and a revocation list. {@link Schedule} renews them from then on; it starts before, and stops
 * after, anything in the default phase of {@link org.springframework.context.SmartLifecycle}.
 */
@Configuration(proxyBeanMethods = false)
@ComponentScan
@EnableConfigurationProperties({DataDirectory.class, KeysProperties.class, PkiProperties.class})
public class CaAdminConfiguration {

    @Bean
    KeyStorage keyStorage(DataDirectory directory, KeysProperties properties, SecureRandom random) {
        return KeyStorage.open(directory, properties, random);
    }

    @Bean
    CertificateAuthority certificateAuthority(KeyStorage keys, JdbcClient jdbc, Clock clock, SecureRandom random) {
        return CertificateAuthority.open(keys, jdbc, clock, random);
    }

    @Bean
    Inventory inventory(JdbcClient jdbc, JdbcOperations batches, Clock clock) {
        return new Inventory(jdbc, batches, clock);
    }

    @Bean
    Profiles profiles(PkiProperties properties) {
        return new Profiles(properties);
    }

    @Bean
    Issuance issuance(
            CertificateAuthority authority,
            Inventory inventory,
            FormerDevices formerDevices,
            CertifiedDevices devices,
            AuditTrail audit,
            PkiProperties properties,
            TransactionTemplate transactions,
            Clock clock,
            SecureRandom random) {
        return new Issuance(
                authority, inventory, formerDevices, devices, audit, properties, transactions, clock, random);
    }

    @Bean
    IssuersInService issuersInService(
            CertificateAuthority authority, Inventory inventory, PkiProperties properties, Clock clock) {
        return new IssuersInService(authority, inventory, properties, clock);
    }

    @Bean
    KeyMaker keyMaker(Issuance issuance, SecureRandom random) {
        return new KeyMaker(issuance, random);
    }

    @Bean
    RoleCredentials roleCredentials(
            KeyStorage keys,
            CertificateAuthority authority,
            IssuersInService issuers,
            Issuance issuance,
            Inventory inventory,
            PkiProperties properties,
            Clock clock,
            SecureRandom random) {
        return new RoleCredentials(keys, authority, issuers, issuance, inventory, properties, clock, random);
    }

    @Bean
    Revocation revocation(
            Inventory inventory,
            AuditTrail audit,
            TransactionTemplate transactions,
            ApplicationEventPublisher events,
            Clock clock) {
        return new Revocation(inventory, audit, transactions, events, clock);
    }

    @Bean
    SweepPatience sweepPatience() {
        return new SweepPatience(Duration.ofSeconds(5));
    }

    @Bean
    Sweeps sweeps(
            DataDirectory directory,
            CertificateAuthority authority,
            Inventory inventory,
            Revocation revocation,
            AuditTrail audit,
            SweepPatience patience,
            Clock clock) {
        return new Sweeps(directory, authority, inventory, revocation, audit, patience, clock);
    }

    @Bean
    RevocationLists revocationLists(
            CertificateAuthority authority,
            IssuersInService issuers,
            Inventory inventory,
            Revocation revocation,
            PkiProperties properties,
            JdbcClient jdbc,
            TransactionTemplate transactions,
            ApplicationEventPublisher events,
            Clock clock) {
        return new RevocationLists(
                authority, issuers, inventory, revocation, properties, jdbc, transactions, events, clock);
    }

    @Bean
    OcspResponder ocspResponder(
            CertificateAuthority authority,
            RoleCredentials credentials,
            Inventory inventory,
            Revocation revocation,
            Clock clock) {
        return new OcspResponder(authority, credentials, inventory, revocation, clock);
    }

    @Bean
    Ceremonies ceremonies(
            CertificateAuthority authority,
            RoleCredentials credentials,
            RevocationLists lists,
            Sweeps sweeps,
            AuditTrail audit,
            TransactionTemplate transactions,
            ApplicationEventPublisher events,
            Clock clock) {
        return new Ceremonies(authority, credentials, lists, sweeps, audit, transactions, events, clock);
    }

    @Bean
    Invites invites(
            JdbcClient jdbc,
            CertificateAuthority authority,
            Inventory inventory,
            Profiles profiles,
            PublicAddresses addresses,
            FormerDevices formerDevices,
            AuditTrail audit,
            TransactionTemplate transactions,
            Clock clock,
            SecureRandom random) {
        return new Invites(
                jdbc, authority, inventory, profiles, addresses, formerDevices, audit, transactions, clock, random);
    }

    @Bean
    Enrollment enrollment(
            JdbcClient jdbc,
            CertificateAuthority authority,
            Issuance issuance,
            Profiles profiles,
            Inventory inventory,
            Revocation revocation,
            AuditTrail audit,
            Clock clock) {
        return new Enrollment(jdbc, authority, issuance, profiles, inventory, revocation, audit, clock);
    }

    @Bean
    Renewals renewals(
            JdbcClient jdbc,
            CertificateAuthority authority,
            Issuance issuance,
            Profiles profiles,
            Inventory inventory,
            AuditTrail audit,
            TransactionTemplate transactions,
            Clock clock) {
        return new Renewals(jdbc, authority, issuance, profiles, inventory, audit, transactions, clock);
    }

    @Bean
    Readmissions readmissions(
            JdbcClient jdbc,
            CertificateAuthority authority,
            Issuance issuance,
            Profiles profiles,
            Inventory inventory,
            FormerDevices formerDevices,
            AuditTrail audit,
            TransactionTemplate transactions,
            Clock clock,
            SecureRandom random) {
        return new Readmissions(
                jdbc, authority, issuance, profiles, inventory, formerDevices, audit, transactions, clock, random);
    }
}
