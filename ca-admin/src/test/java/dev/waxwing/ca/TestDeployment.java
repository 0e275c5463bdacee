package dev.waxwing.ca;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.ca.authority.KeyStorage;
import dev.waxwing.ca.authority.KeysProperties;
import dev.waxwing.ca.ceremony.AuthorityRevoked;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.enrollment.Enrollment;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.enrollment.Renewals;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.IssuanceResult;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.IssuersInService;
import dev.waxwing.ca.issuance.PkiProperties;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.ca.issuance.RoleCredentials;
import dev.waxwing.ca.revocation.CertificateReleased;
import dev.waxwing.ca.revocation.CertificateRevoked;
import dev.waxwing.ca.revocation.OcspResponder;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationList;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.ca.revocation.RootListSigned;
import dev.waxwing.ca.revocation.SweepPatience;
import dev.waxwing.ca.revocation.Sweeps;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The real authority on a directory and a database in memory, as the configuration puts it together. {@link #restarted} is the
 * same deployment after a restart.
 */
public final class TestDeployment {

    public final Path directory;
    public final DataSource database;
    public final AdjustableClock clock;
    public final SecureRandom random = new SecureRandom();
    public final RecordedAudit audit = new RecordedAudit();
    public final List<CertificateRevoked> events = new CopyOnWriteArrayList<>();
    public final Set<String> removed = new CopyOnWriteArraySet<>();

    /** The devices of which the authority told the server, in turn. */
    public final List<String> certified = new CopyOnWriteArrayList<>();

    public final List<CertificateReleased> released = new CopyOnWriteArrayList<>();
    public final List<AuthorityId> revokedIssuers = new CopyOnWriteArrayList<>();
    public final List<RevocationList> rootLists = new CopyOnWriteArrayList<>();

    /** The serial number of the certificate of which a listener fails to hear that it was revoked. */
    public @Nullable String failOn;

    public final PkiProperties properties;
    public final JdbcClient jdbc;
    public final TransactionTemplate transactions;
    public final KeyStorage keys;
    public final CertificateAuthority authority;
    public final Inventory inventory;
    public final Profiles profiles;
    public final Issuance issuance;
    public final IssuersInService issuers;
    public final RoleCredentials credentials;
    public final Revocation revocation;
    public final Sweeps sweeps;
    public final RevocationLists lists;
    public final OcspResponder responder;
    public final Invites invites;
    public final Enrollment enrollment;
    public final Ceremonies ceremonies;
    public final Renewals renewals;
    public final Readmissions readmissions;

    public static TestDeployment in(Path directory) {
        return in(directory, new KeysProperties(null));
    }

    public static TestDeployment in(Path directory, KeysProperties keys) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return new TestDeployment(directory, newDatabase(), new AdjustableClock(now), keys, properties(null));
    }

    public static DataSource newDatabase() {
        var database = JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return database;
    }

    public static PkiProperties properties(@Nullable URI publicUrl) {
        return new PkiProperties(publicUrl, "gate-01", Map.of(), Duration.ofHours(24));
    }

    public TestDeployment(
            Path directory,
            DataSource database,
            AdjustableClock clock,
            KeysProperties keysProperties,
            PkiProperties properties) {
        this.directory = directory;
        this.database = database;
        this.clock = clock;
        this.properties = properties;
        jdbc = JdbcClient.create(database);
        transactions = new TransactionTemplate(new JdbcTransactionManager(database));
        keys = KeyStorage.open(new DataDirectory(directory), keysProperties, random);
        authority = CertificateAuthority.open(keys, jdbc, clock, random);
        inventory = new Inventory(jdbc, new JdbcTemplate(database), clock);
        profiles = new Profiles(properties);
        issuance = new Issuance(
                authority,
                inventory,
                removed::contains,
                (name, _) -> certified.add(name),
                audit,
                properties,
                transactions,
                clock,
                random);
        issuers = new IssuersInService(authority, inventory, properties, clock);
        credentials = new RoleCredentials(keys, authority, issuers, issuance, inventory, properties, clock, random);
        revocation = new Revocation(inventory, audit, transactions, this::hear, clock);
        sweeps = new Sweeps(
                new DataDirectory(directory),
                authority,
                inventory,
                revocation,
                audit,
                new SweepPatience(Duration.ofMinutes(1)),
                clock);
        lists = new RevocationLists(
                authority, issuers, inventory, revocation, properties, jdbc, transactions, this::hear, clock);
        responder = new OcspResponder(authority, credentials, inventory, revocation, clock);
        invites = new Invites(
                jdbc,
                authority,
                inventory,
                profiles,
                () -> List.of(new ServerAddress("127.0.0.1", 9999)),
                removed::contains,
                audit,
                transactions,
                clock,
                random);
        enrollment = new Enrollment(jdbc, authority, issuance, profiles, inventory, revocation, audit, clock);
        ceremonies = new Ceremonies(authority, credentials, lists, sweeps, audit, transactions, this::hear, clock);
        renewals = new Renewals(jdbc, authority, issuance, profiles, inventory, audit, transactions, clock);
        readmissions = new Readmissions(
                jdbc, authority, issuance, profiles, inventory, removed::contains, audit, transactions, clock, random);
    }

    private void hear(Object event) {
        switch (event) {
            case CertificateRevoked revoked -> {
                if (revoked.serialNumber().equals(failOn)) {
                    throw new IllegalStateException("deaf");
                }
                events.add(revoked);
            }
            case CertificateReleased now -> released.add(now);
            case AuthorityRevoked now -> revokedIssuers.add(now.issuer().id());
            case RootListSigned now -> rootLists.add(now.list());
            default -> throw new AssertionError(event.toString());
        }
    }

    public TestDeployment restarted() {
        return restarted(new KeysProperties(null));
    }

    public TestDeployment restarted(KeysProperties keysProperties) {
        return new TestDeployment(directory, database, clock, keysProperties, properties);
    }

    /** The name of the current issuing authority's key file. */
    public String issuingFile() {
        return "issuing-" + authority.issuing().id();
    }

    /** The key that signs OCSP answers for the current issuing authority. */
    public Credential responderKey() {
        return credentials.responder(authority.issuing().id()).orElseThrow();
    }

    public static CertificateRequest accepted(byte[] request) {
        return switch (CertificateRequest.read(request)) {
            case RequestCheck.Accepted(var accepted) -> accepted;
            case RequestCheck.Refused(var fault) -> throw new AssertionError("refused: " + fault);
        };
    }

    public CertificateOrder order(String name, String profile, KeyPair pair) {
        return order(name, profile, pair, null);
    }

    public CertificateOrder order(String name, String profile, KeyPair pair, @Nullable Duration validity) {
        CertificateRequest request = accepted(TestRequests.request("CN=" + name, pair));
        return CertificateOrder.of(
                request, new PeerName(name), profiles.find(profile).orElseThrow(), validity, "anna");
    }

    public IssuedCertificate issue(String name) {
        return issue(name, "camera", TestRequests.p256());
    }

    public IssuedCertificate issue(String name, String profile, KeyPair pair) {
        return issue(order(name, profile, pair));
    }

    public IssuedCertificate issue(CertificateOrder order) {
        return switch (issuance.issue(order)) {
            case IssuanceResult.Issued(var issued) -> issued;
            case IssuanceResult.Refused refused -> throw new AssertionError(refused.toString());
        };
    }
}
