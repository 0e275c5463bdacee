package dev.waxwing.server;

import dev.waxwing.ca.enrollment.InviteOrder;
import dev.waxwing.ca.enrollment.InviteResult;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.IssuanceResult;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.audit.RefusalLedger;
import dev.waxwing.server.listener.Listener;
import dev.waxwing.server.media.Disk;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** A whole server in this process, on free ports and a directory of its own, whose disk can be made full. */
final class RunningServer implements AutoCloseable {

    static final long ROOMY = 1L << 40;

    private final ConfigurableApplicationContext context;

    private RunningServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static RunningServer start(Path dataDirectory, String... more) {
        return start(Set.of(PretendedHost.class), dataDirectory, more);
    }

    /** A server with beans of a test. */
    static RunningServer start(Class<?> beans, Path dataDirectory, String... more) {
        return start(Set.of(PretendedHost.class, beans), dataDirectory, more);
    }

    private static RunningServer start(Set<Class<?>> beans, Path dataDirectory, String... more) {
        SpringApplication application = WaxwingServer.application();
        application.addPrimarySources(beans);
        List<String> arguments = new ArrayList<>(List.of(
                "--waxwing.data-dir=" + dataDirectory,
                "--waxwing.console.port=0",
                "--waxwing.listener.port=0",
                "--waxwing.listener.bind=127.0.0.1",
                "--waxwing.media.window=256KB"));
        arguments.addAll(List.of(more));
        return new RunningServer(application.run(arguments.toArray(String[]::new)));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    int listenerPort() {
        return bean(Listener.class).port();
    }

    /**
     * The newest entries that have this in them, at most so many. More refusals than a few of one source are put together, and
     * wait for their entry: not for this.
     */
    List<AuditEntry> audited(String query, int most) {
        bean(RefusalLedger.class).flush();
        return bean(AuditLog.class).page(query, 0, most).items();
    }

    void usableSpace(long bytes) {
        bean(PretendedDisk.class).usable.set(bytes);
    }

    Invite invite(String name) {
        return switch (bean(Invites.class).create(new InviteOrder(name, null, null, false), "test")) {
            case InviteResult.Created created -> created.invite();
            case InviteResult other -> throw new AssertionError(other);
        };
    }

    /** One more certificate for an enrolled device, with a key of its own. */
    Credential anotherCertificate(String name) {
        PeerName peer = new PeerName(name);
        EnrolmentRequest request = TestDevice.request(peer, new SessionId(Bytes.of(new byte[16])));
        Profile profile = bean(Profiles.class).find(Profiles.DEFAULT).orElseThrow();
        if (!(CertificateRequest.read(request.pkcs10().toArray()) instanceof RequestCheck.Accepted(var accepted))) {
            throw new AssertionError("the request is not one");
        }
        return switch (bean(Issuance.class).issue(CertificateOrder.of(accepted, peer, profile, null, "test"))) {
            case IssuanceResult.Issued(IssuedCertificate issued) ->
                new Credential(request.keys().getPrivate(), issued.chain());
            case IssuanceResult other -> throw new AssertionError(other);
        };
    }

    void stop() {
        context.close();
    }

    @Override
    public void close() {
        stop();
    }

    @Configuration(proxyBeanMethods = false)
    static class PretendedHost {
        @Bean
        @Primary
        PretendedDisk pretendedDisk() {
            return new PretendedDisk();
        }
    }

    private static final class PretendedDisk implements Disk {
        private final AtomicLong usable = new AtomicLong(ROOMY);

        @Override
        public long usableSpace() {
            return usable.get();
        }
    }
}
