package dev.waxwing.agent.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.agent.connection.Dialer;
import dev.waxwing.agent.connection.KeptRevokedAuthorities;
import dev.waxwing.agent.connection.KeptTimeFloor;
import dev.waxwing.agent.enrollment.Membership;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.identity.IdentityStore;
import dev.waxwing.agent.identity.KeyProtection;
import dev.waxwing.agent.spool.FileSource;
import dev.waxwing.agent.spool.QueuedFile;
import dev.waxwing.agent.spool.QueuedText;
import dev.waxwing.agent.spool.ReceiptStore;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.channel.DeviceEndpoint;
import dev.waxwing.channel.DevicePolicy;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.evidence.Receipt;
import dev.waxwing.evidence.TrustLevel;
import dev.waxwing.handshake.Restored;
import dev.waxwing.media.CertificateQuery;
import dev.waxwing.media.DeviceMessage;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.ReceiptMessage;
import dev.waxwing.media.RefusalReason;
import dev.waxwing.media.Refused;
import dev.waxwing.media.RenewalRequest;
import dev.waxwing.media.RootListAnswer;
import dev.waxwing.media.RootListQuery;
import dev.waxwing.media.ServerMessage;
import dev.waxwing.media.Text;
import dev.waxwing.media.TextAck;
import dev.waxwing.media.TextRefused;
import dev.waxwing.media.TextSeal;
import dev.waxwing.media.UploadCancel;
import dev.waxwing.media.UploadData;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.media.UploadReady;
import dev.waxwing.media.UploadSeal;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Incident;
import dev.waxwing.wire.Reader;
import dev.waxwing.wire.SessionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DeliveryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path directory;

    private ServerDouble server;
    private Spool spool;
    private Delivery delivery;
    private final List<Settled> settled = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final DeliveryListener listener = new DeliveryListener() {
        @Override
        public void progress(List<UploadProgress> uploads) {
            uploads.forEach(upload -> assertThat(upload.acknowledged())
                    .isBetween(0L, upload.file().size()));
        }

        @Override
        public void settled(Settled outcome) {
            settled.add(outcome);
        }

        @Override
        public boolean isCancelled() {
            return cancelled.get();
        }

        @Override
        public void notice(String message) {
            notices.add(message);
        }
    };

    @BeforeEach
    void connect() throws IOException, AgentFailure {
        server = new ServerDouble();
        spool = Spool.open(directory.resolve("spool"), RANDOM, TestPki.CLOCK);
        delivery = delivery(server.pki.issue(Role.DEVICE, "camera-1"));
    }

    private Delivery delivery(Credential credential) throws IOException, AgentFailure {
        return delivery(credential, TestPki.NOW, TestPki.CLOCK);
    }

    private Delivery delivery(Credential credential, Instant enrolledAt, Clock clock) throws IOException, AgentFailure {
        Identity identity = new Identity(
                new PeerName("camera-1"),
                credential.chain(),
                TrustedRoots.of(server.pki.root()),
                List.of(server.address()),
                enrolledAt);
        Home home = Home.at(directory.resolve("home"));
        home.create();
        IdentityStore identities = new IdentityStore(home, new KeyProtection(home, null, RANDOM));
        identities.save(identity, credential.privateKey());
        DeviceEndpoint endpoint = new DeviceEndpoint(DevicePolicy.defaults(), CryptoProvider.best(), RANDOM, clock);
        Dialer dialer = new Dialer(Duration.ofSeconds(5), clock);
        KeptRevokedAuthorities revoked = KeptRevokedAuthorities.load(home, identity.roots());
        return new Delivery(
                endpoint,
                dialer,
                new Membership(identities, endpoint, dialer, revoked, RANDOM, clock),
                spool,
                new ReceiptStore(directory.resolve("receipts")),
                directory.resolve("contact.json"),
                KeptTimeFloor.load(directory.resolve("time.json")),
                revoked,
                clock);
    }

    @AfterEach
    void disconnect() throws IOException {
        delivery.close();
        spool.close();
        server.close();
    }

    private QueuedFile queue(String name, byte[] content) throws IOException {
        Path path = Files.write(directory.resolve(name), content);
        Instant modified = Files.getLastModifiedTime(path).toInstant();
        return spool.addFiles(List.of(new FileSource(path, content.length, modified, name, "image/jpeg")))
                .getFirst();
    }

    private static byte[] bytes(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

    private void deliver() throws Exception {
        delivery.deliver(Plan.everything(), PATIENCE, listener);
    }

    private RevokedAuthorities keptRevocations() throws IOException {
        return KeptRevokedAuthorities.load(Home.at(directory.resolve("home")), TrustedRoots.of(server.pki.root()))
                .authorities();
    }

    @Test
    void what_the_handshake_of_a_session_shows_of_revoked_authorities_is_kept_before_anything_is_sent()
            throws Exception {
        TestPki former = server.pki.rotated();
        server.rootList = server.pki.rootList(5, former.issuingCertificate());
        spool.addText("gate open");
        server.interception = (message, _) -> {
            if (message instanceof Text) {
                assertThat(keptRevocations().named(server.pki.root()))
                        .containsExactly(former.issuingCertificate().getSerialNumber());
            }
            return Optional.empty();
        };
        deliver();
        assertThat(server.received).anyMatch(RootListQuery.class::isInstance);
        assertThat(settled).singleElement().matches(Settled::isAccepted);
    }

    @Test
    void what_a_handshake_shows_of_revoked_authorities_is_kept_also_where_no_session_comes_of_it() throws Exception {
        TestPki former = server.pki.rotated();
        server.rootList = server.pki.rootList(5, former.issuingCertificate());
        server.admissions.add(new RefusedException(AlertCode.BUSY, "too many sessions", Duration.ofSeconds(30), null));
        assertThat(catchThrowableOfType(AgentFailure.class, () -> delivery.connect(Duration.ofMillis(200), listener)))
                .isNotNull();
        assertThat(server.admitted).isEmpty();
        assertThat(keptRevocations().newest(server.pki.root())).contains(server.rootList);
        assertThat(keptRevocations().named(server.pki.root()))
                .containsExactly(former.issuingCertificate().getSerialNumber());
    }

    @Test
    void what_is_shown_to_a_device_that_comes_back_is_kept() throws Exception {
        TestPki former = server.pki.rotated();
        server.rootList = server.pki.rootList(5, former.issuingCertificate());
        delivery.close();
        delivery = delivery(server.pki
                .request(Role.DEVICE, "camera-1")
                .validity(TestPki.NOW.minus(Duration.ofDays(2)), TestPki.NOW.minus(Duration.ofDays(1)))
                .issue());
        assertThat(catchThrowableOfType(AgentFailure.class, () -> delivery.connect(Duration.ofMillis(200), listener)))
                .isNotNull();
        assertThat(keptRevocations().named(server.pki.root()))
                .containsExactly(former.issuingCertificate().getSerialNumber());
    }

    @Test
    void a_receipt_signer_that_was_believed_has_to_be_believed_again_after_a_revocation_was_told() throws Exception {
        TestPki former = server.pki.rotated();
        server.rootList = server.pki.rootList(5);
        Bytes list = server.pki.rootList(6, former.issuingCertificate());
        spool.addText("gate open");
        deliver();
        assertThat(server.count(CertificateQuery.class)).isEqualTo(1);
        server.interception = (message, honest) -> message instanceof Text
                ? Optional.of(Stream.concat(
                                Stream.of(new RootListAnswer(list)),
                                honest.honestly(message, new SessionId(Bytes.of(new byte[16]))).stream())
                        .toList())
                : Optional.empty();
        spool.addText("gate shut");
        deliver();
        assertThat(server.admitted).hasSize(1);
        assertThat(server.count(CertificateQuery.class)).isEqualTo(2);
        assertThat(settled).hasSize(2).allMatch(Settled::isAccepted);
    }

    @Test
    void a_server_that_tells_of_no_list_is_not_asked_for_any() throws Exception {
        spool.addText("gate open");
        deliver();
        assertThat(server.received).noneMatch(RootListQuery.class::isInstance);
        assertThat(settled).singleElement().matches(Settled::isAccepted);
    }

    @Test
    void what_is_told_while_a_session_lasts_is_kept_and_the_session_goes_on() throws Exception {
        TestPki former = server.pki.rotated();
        server.rootList = server.pki.rootList(5);
        server.interception = (message, _) -> message instanceof RootListQuery
                ? Optional.of(List.of(new RootListAnswer(server.pki.rootList(6, former.issuingCertificate()))))
                : Optional.empty();
        spool.addText("gate open");
        deliver();
        assertThat(server.admitted).hasSize(1);
        assertThat(keptRevocations().named(server.pki.root()))
                .containsExactly(former.issuingCertificate().getSerialNumber());
    }

    @Test
    void a_server_whose_authority_is_told_to_be_revoked_is_left_and_never_believed_again() throws Exception {
        server.rootList = server.pki.rootList(5);
        Bytes list = server.pki.rootList(6, server.pki.issuingCertificate());
        server.interception = (message, _) ->
                message instanceof Text ? Optional.of(List.of(new RootListAnswer(list))) : Optional.empty();
        spool.addText("gate open");
        AgentFailure refused = catchThrowableOfType(AgentFailure.class, this::deliver);
        assertThat(refused.description()).contains("an authority that is revoked", "a thief of its key");

        // A thief tells of nothing, and has the key of the authority sign as good an answer as he likes.
        server.rootList = Bytes.EMPTY;
        server.interception = (_, _) -> Optional.empty();
        delivery.close();
        delivery = delivery(server.pki.issue(Role.DEVICE, "camera-1"));
        int before = server.admitted.size();
        assertThat(catchThrowableOfType(AgentFailure.class, this::deliver).description())
                .contains("an authority that is revoked");
        assertThat(server.admitted).hasSize(before);
        assertThat(spool.view().texts()).hasSize(1);
    }

    /** Breaks the first connection when a message comes, after the server did its part or before. */
    private ServerDouble.Interception breakOnce(Class<? extends DeviceMessage> kind, boolean afterwards) {
        AtomicBoolean broken = new AtomicBoolean();
        return (message, honest) -> {
            if (!kind.isInstance(message) || broken.getAndSet(true)) {
                return Optional.empty();
            }
            if (afterwards) {
                honest.honestly(message, new SessionId(Bytes.of(new byte[16])));
            }
            honest.breakConnections();
            throw new IOException("the test broke the connection");
        };
    }

    @Test
    void delivers_a_text_as_a_group_of_one_and_keeps_its_receipt() throws Exception {
        QueuedText text = spool.addText("gate open");

        deliver();

        assertThat(server.texts.get(1L)).isEqualTo(new Text(1, text.id(), text.capturedAt(), "gate open"));
        assertThat(settled).singleElement().satisfies(outcome -> {
            assertThat(outcome.isAccepted()).isTrue();
            assertThat(outcome.texts()).containsExactly(1L);
            assertThat(directory.resolve("receipts").resolve(outcome.receiptId()))
                    .isDirectoryContaining("glob:**/receipt.p7s")
                    .isDirectoryContaining("glob:**/manifest.json")
                    .isDirectoryContaining("glob:**/texts.jsonl");
        });
        assertThat(spool.view().isEmpty()).isTrue();
    }

    @Test
    void delivers_thousands_of_texts_in_order_and_in_few_groups() throws Exception {
        for (int i = 0; i < 2_500; i++) {
            spool.addText("text number " + i);
        }

        deliver();

        assertThat(server.received.stream().filter(Text.class::isInstance).map(message -> ((Text) message).counter()))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 2_500).boxed().toList());
        assertThat(settled).hasSizeBetween(3, 10).allMatch(Settled::isAccepted);
        assertThat(settled.stream().flatMap(group -> group.texts().stream()))
                .containsExactlyInAnyOrderElementsOf(server.texts.keySet());
    }

    @Test
    void delivers_files_of_every_size_byte_for_byte() throws Exception {
        List<Integer> sizes = List.of(0, 1, 65_536, 65_537, 3_000_001);
        List<QueuedFile> files = new ArrayList<>();
        for (int size : sizes) {
            files.add(queue("file-" + size, bytes(size)));
        }

        deliver();

        for (QueuedFile file : files) {
            assertThat(server.uploads.get(file.id()).content()).isEqualTo(Files.readAllBytes(file.path()));
        }
        assertThat(settled).hasSize(sizes.size()).allMatch(Settled::isAccepted);
    }

    @Test
    void never_sends_more_than_the_window_beyond_what_is_acknowledged() throws Exception {
        server.window = 65_536;
        AtomicLong beyond = new AtomicLong();
        AtomicLong lastAcknowledged = new AtomicLong();
        server.interception = (message, honest) -> {
            if (message instanceof UploadData data) {
                long end = data.offset() + data.data().remaining();
                beyond.accumulateAndGet(end - lastAcknowledged.get(), Math::max);
                lastAcknowledged.set(end);
            }
            return Optional.empty();
        };
        queue("large", bytes(1_000_000));

        deliver();

        assertThat(beyond.get()).isBetween(1L, 65_536L);
    }

    @Test
    void chains_the_manifests_in_the_order_they_were_signed() throws Exception {
        spool.addText("first");
        queue("second", bytes(10));
        deliver();
        spool.addText("third");
        deliver();

        Bytes previous = Manifest.NONE_BEFORE;
        for (Bytes manifest : server.manifests) {
            assertThat(Manifest.decode(manifest).previousManifestSha256()).isEqualTo(previous);
            previous = Manifest.sha256(manifest);
        }
        assertThat(server.manifests).hasSize(3);
    }

    @Test
    void goes_on_where_a_broken_connection_stopped() throws Exception {
        byte[] content = bytes(2_000_000);
        QueuedFile file = queue("film", content);
        AtomicInteger pieces = new AtomicInteger();
        server.interception = (message, honest) -> {
            if (message instanceof UploadData && pieces.incrementAndGet() == 10) {
                honest.breakConnections();
                throw new IOException("the test broke the connection");
            }
            return Optional.empty();
        };

        deliver();

        assertThat(server.sessions).isEqualTo(2);
        assertThat(server.uploads.get(file.id()).content()).isEqualTo(content);
        long again = server.received.stream()
                .filter(UploadData.class::isInstance)
                .filter(message -> ((UploadData) message).offset() == 0)
                .count();
        assertThat(again).as("the first piece is sent once").isEqualTo(1);
        assertThat(notices).anyMatch(notice -> notice.contains("connection"));
    }

    @Test
    void goes_on_when_connections_are_reset_in_the_middle_of_writing() throws Exception {
        server.window = 1 << 24;
        byte[] content = bytes(6_000_000);
        QueuedFile file = queue("film", content);
        AtomicInteger pieces = new AtomicInteger();
        server.interception = (message, honest) -> {
            // What the device wrote meanwhile is never read, so that the connection is reset.
            if (message instanceof UploadData && pieces.incrementAndGet() % 20 == 0 && pieces.get() <= 80) {
                honest.breakConnections();
                throw new IOException("the test broke the connection");
            }
            return Optional.empty();
        };

        deliver();

        assertThat(server.sessions).isEqualTo(5);
        assertThat(server.uploads.get(file.id()).content()).isEqualTo(content);
    }

    @Test
    void starts_again_when_the_server_holds_another_prefix() throws Exception {
        byte[] content = bytes(500_000);
        QueuedFile file = queue("film", content);
        AtomicBoolean spoiled = new AtomicBoolean();
        server.interception = (message, honest) -> {
            if (message instanceof UploadOpen open && !spoiled.getAndSet(true)) {
                SessionId session = new SessionId(Bytes.of(new byte[16]));
                honest.honestly(open, session);
                honest.honestly(
                        new UploadData(open.id(), 0, Bytes.of(bytes(60_000)).asByteBuffer()), session);
            }
            return Optional.empty();
        };

        deliver();

        assertThat(server.uploads.get(file.id()).content()).isEqualTo(content);
        assertThat(server.received.stream().filter(message -> message instanceof UploadOpen open && open.restart()))
                .hasSize(1);
    }

    @Test
    void gives_a_file_up_for_now_when_the_server_always_holds_another_prefix() throws Exception {
        QueuedFile film = queue("film", bytes(100_000));
        QueuedFile photograph = queue("photograph", bytes(1_000));
        AtomicInteger openings = new AtomicInteger();
        server.interception = (message, honest) -> {
            if (!(message instanceof UploadOpen open) || !open.id().equals(film.id())) {
                return Optional.empty();
            }
            cancelled.set(openings.incrementAndGet() > 50);
            return Optional.of(List.of(new UploadReady(open.id(), 10, ServerDouble.sha256(bytes(10)), 65_536)));
        };

        assertThatThrownBy(this::deliver)
                .isInstanceOf(AgentFailure.class)
                .hasMessageContaining("film")
                .hasMessageContaining("another beginning");

        assertThat(openings).hasValue(4);
        assertThat(settled)
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.id()).isEqualTo(photograph.id()));
        assertThat(spool.view().files()).containsExactly(film);

        server.interception = (message, honest) -> Optional.empty();
        deliver();

        assertThat(server.uploads.get(film.id()).isAccepted()).isTrue();
        assertThat(server.sessions).isEqualTo(1);
    }

    @Test
    void repeats_a_text_whose_acknowledgement_was_lost_under_the_same_counter_and_id() throws Exception {
        spool.addText("once");
        server.interception = breakOnce(Text.class, true);

        deliver();

        List<DeviceMessage> sent =
                server.received.stream().filter(Text.class::isInstance).toList();
        assertThat(sent).hasSize(2);
        assertThat(sent.getFirst()).isEqualTo(sent.getLast());
        assertThat(settled).hasSize(1);
    }

    @Test
    void repeats_a_seal_whose_receipt_was_lost_with_the_same_manifest() throws Exception {
        spool.addText("once");
        server.interception = breakOnce(TextSeal.class, true);

        deliver();

        List<DeviceMessage> seals =
                server.received.stream().filter(TextSeal.class::isInstance).toList();
        assertThat(seals).hasSize(2);
        assertThat(seals.getFirst()).isEqualTo(seals.getLast());
        assertThat(server.groups).hasSize(1);
        assertThat(settled).singleElement().matches(Settled::isAccepted);
    }

    @Test
    void takes_the_receipt_of_an_upload_that_was_accepted_before_the_connection_broke() throws Exception {
        QueuedFile file = queue("film", bytes(100_000));
        server.interception = breakOnce(UploadSeal.class, true);

        deliver();

        assertThat(server.count(UploadSeal.class)).isEqualTo(1);
        assertThat(settled)
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.id()).isEqualTo(file.id()));
        assertThat(server.manifests).hasSize(1);
    }

    @Test
    void offers_the_same_manifest_when_the_seal_itself_was_lost() throws Exception {
        queue("film", bytes(100_000));
        server.interception = breakOnce(UploadSeal.class, false);

        deliver();

        List<DeviceMessage> seals =
                server.received.stream().filter(UploadSeal.class::isInstance).toList();
        assertThat(seals).hasSize(2);
        assertThat(seals.getFirst()).isEqualTo(seals.getLast());
        assertThat(settled).singleElement().matches(Settled::isAccepted);
    }

    @Test
    void goes_on_after_the_agent_itself_was_restarted() throws Exception {
        byte[] content = bytes(1_000_000);
        QueuedFile file = queue("film", content);
        AtomicInteger pieces = new AtomicInteger();
        server.interception = (message, honest) -> {
            if (message instanceof UploadData && pieces.incrementAndGet() == 5) {
                honest.admissions.add(new RefusedException(AlertCode.POLICY, "not now"));
                honest.breakConnections();
                throw new IOException("the test broke the connection");
            }
            return Optional.empty();
        };
        assertThatThrownBy(this::deliver).isInstanceOf(AgentFailure.class);
        spool.close();
        spool = Spool.open(directory.resolve("spool"), RANDOM, TestPki.CLOCK);
        delivery = delivery(server.pki.issue(Role.DEVICE, "camera-1"));

        deliver();

        assertThat(server.uploads.get(file.id()).content()).isEqualTo(content);
        assertThat(settled).singleElement().matches(Settled::isAccepted);
    }

    @Test
    void opens_an_upload_again_that_the_server_lost_sight_of() throws Exception {
        byte[] content = bytes(300_000);
        QueuedFile file = queue("film", content);
        AtomicBoolean lost = new AtomicBoolean();
        server.interception = (message, honest) -> message instanceof UploadSeal seal && !lost.getAndSet(true)
                ? Optional.of(List.of(ServerDouble.refused(seal.id(), RefusalReason.UNKNOWN_UPLOAD, Duration.ZERO)))
                : Optional.empty();

        deliver();

        assertThat(server.uploads.get(file.id()).isAccepted()).isTrue();
        assertThat(server.sessions).isEqualTo(1);
    }

    @Test
    void offers_nothing_again_that_was_refused_for_good() throws Exception {
        queue("film", bytes(1_000));
        queue("photograph", bytes(2_000));
        server.interception = (message, honest) ->
                message instanceof UploadOpen open && open.name().equals("film")
                        ? Optional.of(List.of(ServerDouble.refused(open.id(), RefusalReason.TOO_LARGE, Duration.ZERO)))
                        : Optional.empty();

        deliver();
        deliver();

        assertThat(settled).extracting(Settled::isAccepted).containsExactlyInAnyOrder(false, true);
        assertThat(settled.stream().filter(outcome -> !outcome.isAccepted()))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.reference()).isEqualTo("0000000000abcdef"));
        assertThat(server.count(UploadOpen.class)).isEqualTo(2);
        assertThat(spool.view().isEmpty()).isTrue();
    }

    @Test
    void offers_again_later_what_was_refused_for_now() throws Exception {
        QueuedFile file = queue("film", bytes(1_000));
        spool.addText("hello");
        AtomicBoolean fileRefused = new AtomicBoolean();
        AtomicBoolean textRefused = new AtomicBoolean();
        server.interception = (message, honest) -> {
            List<ServerMessage> answer = switch (message) {
                case UploadOpen open
                when !fileRefused.getAndSet(true) ->
                    List.of(ServerDouble.refused(open.id(), RefusalReason.STORAGE_FULL, Duration.ofSeconds(1)));
                case Text text
                when !textRefused.getAndSet(true) ->
                    List.of(new TextRefused(
                            text.counter(), RefusalReason.UNAVAILABLE, Incident.NONE, Duration.ofSeconds(1)));
                default -> null;
            };
            return Optional.ofNullable(answer);
        };

        deliver();

        assertThat(settled).hasSize(2).allMatch(Settled::isAccepted);
        assertThat(server.uploads.get(file.id()).isAccepted()).isTrue();
        assertThat(notices).anyMatch(notice -> notice.contains("storage is full"));
    }

    @Test
    void gives_up_at_once_when_the_server_asks_for_more_time_than_there_is() throws Exception {
        queue("film", bytes(1_000));
        server.interception = (message, honest) -> message instanceof UploadOpen open
                ? Optional.of(List.of(ServerDouble.refused(open.id(), RefusalReason.STORAGE_FULL, Duration.ofHours(1))))
                : Optional.empty();

        assertThatThrownBy(this::deliver).isInstanceOfSatisfying(AgentFailure.class, failure -> {
            assertThat(failure.description()).contains("storage is full");
            assertThat(failure.reference()).isEqualTo("0000000000abcdef");
        });
        assertThat(spool.view().files()).hasSize(1);
    }

    @Test
    void gives_up_when_nothing_moves_and_keeps_it_queued() throws Exception {
        spool.addText("hello");
        server.interception = (message, honest) -> message instanceof Text ? Optional.of(List.of()) : Optional.empty();

        assertThatThrownBy(() -> delivery.deliver(Plan.everything(), Duration.ofMillis(400), listener))
                .isInstanceOf(AgentFailure.class)
                .hasMessageContaining("nothing moved");
        assertThat(spool.view().texts()).hasSize(1);
    }

    @Test
    void stops_when_asked_to_and_keeps_the_rest_queued() throws Exception {
        queue("film", bytes(1_000_000));
        server.interception = (message, honest) -> {
            cancelled.set(message instanceof UploadData);
            return Optional.empty();
        };

        assertThatThrownBy(this::deliver).isInstanceOf(AgentFailure.class).hasMessageContaining("stopped");
        assertThat(spool.view().files()).hasSize(1);
    }

    @Test
    void comes_back_when_a_busy_server_asked_to() throws Exception {
        spool.addText("hello");
        server.admissions.add(new RefusedException(AlertCode.BUSY, "busy", Duration.ofSeconds(1), null));

        long begun = System.nanoTime();
        deliver();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(settled).singleElement().matches(Settled::isAccepted);
    }

    @Test
    void does_not_try_again_when_the_server_refused_this_device() throws Exception {
        spool.addText("hello");
        server.admissions.add(new RefusedException(AlertCode.POLICY, "locked"));

        assertThatThrownBy(this::deliver)
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure -> assertThat(failure.reference()).matches("[0-9a-f]{16}"));
        assertThat(server.sessions).isZero();
        assertThat(spool.view().texts()).hasSize(1);
    }

    @Test
    void tries_the_addresses_in_order_until_one_answers() throws Exception {
        Dialer dialer = new Dialer(Duration.ofSeconds(2), TestPki.CLOCK);
        var closed = new ServerAddress("127.0.0.1", 1);
        var reached = dialer.dial(List.of(closed, server.address()), socket -> {
            socket.close();
            return "reached";
        });

        assertThat(reached.address()).isEqualTo(server.address());
    }

    @Test
    void gives_a_file_up_that_changed_after_it_was_queued() throws Exception {
        QueuedFile file = queue("film", bytes(1_000));
        Files.write(file.path(), bytes(5), StandardOpenOption.APPEND);

        deliver();

        assertThat(settled).singleElement().satisfies(outcome -> {
            assertThat(outcome.isAccepted()).isFalse();
            assertThat(outcome.reason()).contains("changed");
        });
        assertThat(server.uploads).isEmpty();
    }

    @Test
    void gives_a_file_up_that_changes_while_it_is_sent() throws Exception {
        server.window = 65_536;
        QueuedFile file = queue("film", bytes(1_000_000));
        AtomicBoolean touched = new AtomicBoolean();
        server.interception = (message, honest) -> {
            if (message instanceof UploadData && !touched.getAndSet(true)) {
                Files.setLastModifiedTime(file.path(), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
            }
            return Optional.empty();
        };

        deliver();

        assertThat(settled)
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.reason()).contains("changed"));
        assertThat(server.count(UploadSeal.class)).isZero();
        assertThat(server.count(UploadCancel.class)).isEqualTo(1);
    }

    @Test
    void gives_a_file_up_that_is_cut_short_while_it_is_sent() throws Exception {
        server.window = 65_536;
        QueuedFile file = queue("film", bytes(1_000_000));
        AtomicBoolean cut = new AtomicBoolean();
        server.interception = (message, honest) -> {
            if (message instanceof UploadData && !cut.getAndSet(true)) {
                Files.write(file.path(), Arrays.copyOf(bytes(1_000_000), 100_000));
            }
            return Optional.empty();
        };

        deliver();

        assertThat(settled)
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.isAccepted()).isFalse());
        assertThat(server.count(UploadSeal.class)).isZero();
    }

    @Test
    void asks_again_who_signs_receipts_when_that_changes_in_a_session_that_goes_on() throws Exception {
        spool.addText("before");
        deliver();
        SecureChannel session = delivery.channel().orElseThrow();
        server.receiptSigner = server.pki.rotated().issue(Role.RECEIPT, "receipts-2");
        spool.addText("after");
        deliver();

        assertThat(settled).hasSize(2).allMatch(Settled::isAccepted);
        assertThat(server.received.stream().filter(CertificateQuery.class::isInstance))
                .hasSize(2);
        assertThat(delivery.channel()).containsSame(session);
    }

    @Test
    void believes_no_receipt_by_a_signer_without_the_receipt_role() throws Exception {
        server.receiptSigner = server.pki.issue(Role.SERVER, "server-2");
        spool.addText("hello");

        assertThatThrownBy(this::deliver).isInstanceOf(AgentFailure.class).hasMessageContaining("cannot be believed");
        assertThat(spool.view().isEmpty()).isFalse();
        assertThat(directory.resolve("receipts")).doesNotExist();
    }

    @Test
    void believes_no_receipt_for_another_manifest() throws Exception {
        spool.addText("hello");
        server.interception = (message, honest) -> message instanceof TextSeal seal
                ? Optional.of(List.of(honest.receipt(
                        seal.group(),
                        Bytes.of("another".getBytes(StandardCharsets.UTF_8)),
                        new SessionId(Bytes.of(new byte[16])))))
                : Optional.empty();

        assertThatThrownBy(this::deliver).isInstanceOf(AgentFailure.class).hasMessageContaining("cannot be believed");
        assertThat(directory.resolve("receipts")).doesNotExist();
    }

    @Test
    void takes_counters_beyond_those_that_a_lost_home_used() throws Exception {
        server.durableCounter = 700;
        deliver(); // nothing to send, but it connects
        delivery.connect(PATIENCE, listener);

        assertThat(spool.addText("hello").counter()).isGreaterThan(700);
    }

    @Test
    void numbers_what_waited_anew_beyond_the_counters_that_a_lost_home_used() throws Exception {
        QueuedText first = spool.addText("first");
        QueuedFile film = queue("film", bytes(1_000));
        QueuedText second = spool.addText("second");
        server.durableCounter = 2;

        deliver();

        assertThat(server.texts.values()).extracting(Text::id).containsExactly(first.id(), second.id());
        long between = server.received.stream()
                .filter(UploadOpen.class::isInstance)
                .mapToLong(message -> ((UploadOpen) message).counter())
                .sum();
        assertThat(server.texts.firstKey()).isGreaterThan(2).isLessThan(between);
        assertThat(server.texts.lastKey()).isGreaterThan(between);
        assertThat(server.uploads.get(film.id()).isAccepted()).isTrue();
        assertThat(settled).hasSize(2).allMatch(Settled::isAccepted);
    }

    @Test
    void never_renumbers_what_was_offered_before_a_crash() throws Exception {
        spool.addText("once");
        server.interception = (message, honest) -> {
            if (!(message instanceof Text)) {
                return Optional.empty();
            }
            honest.honestly(message, new SessionId(Bytes.of(new byte[16])));
            honest.durableCounter = 1;
            honest.admissions.add(new RefusedException(AlertCode.POLICY, "not now"));
            honest.interception = (_, _) -> Optional.empty();
            honest.breakConnections();
            throw new IOException("the test broke the connection");
        };
        assertThatThrownBy(this::deliver).isInstanceOf(AgentFailure.class);
        spool.close();
        spool = Spool.open(directory.resolve("spool"), RANDOM, TestPki.CLOCK);
        delivery = delivery(server.pki.issue(Role.DEVICE, "camera-1"));

        deliver();

        List<DeviceMessage> sent =
                server.received.stream().filter(Text.class::isInstance).toList();
        assertThat(sent).hasSize(2);
        assertThat(sent.getFirst()).isEqualTo(sent.getLast());
    }

    @Test
    void believes_no_server_that_leaves_it_no_counters() throws Exception {
        server.durableCounter = Reader.MAX_COUNTER;

        assertThatThrownBy(() -> delivery.connect(PATIENCE, listener)).isInstanceOf(AgentFailure.class);

        assertThat(spool.addText("hello").counter()).isEqualTo(1);
    }

    @Test
    void notes_no_acknowledgement_of_a_text_that_was_not_sent() throws Exception {
        for (int i = 0; i < 4_000; i++) {
            spool.addText("text number " + i);
        }
        server.interception = (message, honest) ->
                message instanceof Text ? Optional.of(List.of(new TextAck(4_000))) : Optional.empty();

        assertThatThrownBy(this::deliver).isInstanceOf(AgentFailure.class).hasMessageContaining("cannot be believed");
        assertThat(spool.view().texts()).hasSize(4_000).noneMatch(QueuedText::acknowledged);
    }

    @Test
    void keeps_no_receipt_for_something_that_was_not_sealed_until_the_signer_is_known() throws Exception {
        spool.addText("hello");
        server.interception = (message, honest) -> message instanceof CertificateQuery
                ? Optional.of(List.of(honest.receipt(
                        ItemId.fresh(RANDOM), Bytes.of((byte) 1), new SessionId(Bytes.of(new byte[16])))))
                : Optional.empty();

        assertThatThrownBy(this::deliver).isInstanceOf(AgentFailure.class).hasMessageContaining("cannot be believed");
    }

    @Test
    void believes_no_receipt_under_the_id_of_another() throws Exception {
        Bytes receiptId = Bytes.of(new byte[16]);
        server.interception = (message, honest) -> {
            if (!(message instanceof TextSeal seal)) {
                return Optional.empty();
            }
            Bytes receipt = new Receipt(
                            TestPki.NOW,
                            Manifest.sha256(seal.manifest()),
                            receiptId,
                            new SessionId(Bytes.of(new byte[16])),
                            TrustLevel.WXP2)
                    .encode();
            return Optional.of(List.of(
                    new ReceiptMessage(seal.group(), receipt, DetachedSignature.sign(receipt, honest.receiptSigner))));
        };
        spool.addText("one");
        deliver();
        spool.addText("two");

        assertThatThrownBy(this::deliver).isInstanceOf(AgentFailure.class).hasMessageContaining("cannot be believed");
        assertThat(spool.view().isEmpty()).isFalse();
    }

    @Test
    void renews_when_the_time_comes_in_a_session_in_which_nothing_is_sent() throws Exception {
        Instant end = TestPki.NOW.plus(Duration.ofDays(10));
        Credential old = server.pki
                .request(Role.DEVICE, "camera-1")
                .validity(TestPki.NOW.minus(Duration.ofDays(30)), end)
                .issue();
        // Two thirds are over in two seconds.
        Instant enrolledAt = end.minus(Duration.ofDays(30)).plusSeconds(6);
        Clock clock = Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), TestPki.NOW));
        delivery.close();
        delivery = delivery(old, enrolledAt, clock);
        delivery.connect(PATIENCE, listener);
        assertThat(server.count(RenewalRequest.class)).isZero();

        // Its file is there a moment before the session counts as renewed: that is when a command opens another one.
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (server.admitted.size() < 2 && System.nanoTime() < deadline) {
            delivery.connect(PATIENCE, listener);
            Thread.onSpinWait();
        }

        assertThat(server.count(RenewalRequest.class)).isEqualTo(1);
        assertThat(server.admitted)
                .hasSize(2)
                .last()
                .isNotEqualTo(old.certificate().getSerialNumber().toString(16));
        assertThat(directory.resolve("home/next.json")).doesNotExist();
    }

    @Test
    void keeps_a_file_that_was_refused_for_now_while_it_was_read() throws Exception {
        QueuedFile file = queue("film", bytes(100_000));
        Credential credential = server.pki.issue(Role.DEVICE, "camera-1");
        Identity identity = new Identity(
                new PeerName("camera-1"),
                credential.chain(),
                TrustedRoots.of(server.pki.root()),
                List.of(server.address()),
                TestPki.NOW);
        FileLane lane = new FileLane(
                new ReentrantLock(),
                new Sender(delivery.connect(PATIENCE, listener)),
                spool,
                new Evidence(identity, credential, CryptoProvider.best(), TestPki.CLOCK),
                new Outcomes(spool, TestPki.CLOCK),
                new Patience.Moves(),
                1);
        lane.load(spool.view(), Plan.everything());
        perform(lane);
        lane.ready(new UploadReady(file.id(), 0, ServerDouble.sha256(new byte[0]), 65_536));
        perform(lane);
        Lane.Action sending = Objects.requireNonNull(lane.next(System.nanoTime()));
        lane.refused(new Refused(file.id(), RefusalReason.STORAGE_FULL, Incident.NONE, Duration.ZERO));

        sending.perform();

        assertThat(spool.view().files()).hasSize(1);
        assertThat(lane.isDone()).isFalse();
    }

    private static void perform(Lane lane) throws IOException {
        Objects.requireNonNull(lane.next(System.nanoTime())).perform();
    }

    @Test
    void compares_each_answer_to_an_opening_before_it_sends() throws Exception {
        byte[] content = bytes(1_000);
        QueuedFile file = queue("film", content);
        Bytes half = ServerDouble.sha256(Arrays.copyOf(content, 500));
        UploadReady first = new UploadReady(file.id(), 0, ServerDouble.sha256(new byte[0]), 65_536);
        UploadReady second = new UploadReady(file.id(), 500, half, 65_536);
        try (Upload upload = Upload.open(file)) {
            upload.ready(first);
            assertThat(upload.hasPrefix(first)).isTrue();
            upload.ready(second);
            upload.startSending(first);
            assertThat(upload.phase()).isEqualTo(Upload.Phase.READY);

            assertThat(upload.hasPrefix(second)).isTrue();
            upload.startSending(second);
            upload.sent(upload.fill(ByteBuffer.allocate(2_000), upload.next() + upload.sendable()));
            assertThat(upload.isAllSent()).isTrue();
            assertThat(upload.contentSha256()).isEqualTo(ServerDouble.sha256(content));
        }
    }

    @Test
    void leaves_files_alone_when_only_texts_are_planned() throws Exception {
        spool.addText("hello");
        queue("film", bytes(10));

        delivery.deliver(Plan.texts(), PATIENCE, listener);

        assertThat(settled).hasSize(1);
        assertThat(spool.view().files()).hasSize(1);
    }

    @Test
    void sends_the_named_files_before_those_queued_earlier() throws Exception {
        queue("earlier", bytes(10));
        ItemId named = queue("named", bytes(10)).id();

        delivery.deliver(Plan.filesFirst(List.of(named)), PATIENCE, listener);

        assertThat(server.received.stream()
                        .filter(UploadOpen.class::isInstance)
                        .map(message -> ((UploadOpen) message).name()))
                .containsExactly("named", "earlier");
    }

    @Test
    void keeps_one_session_for_several_deliveries() throws Exception {
        spool.addText("one");
        deliver();
        spool.addText("two");
        deliver();

        assertThat(server.sessions).isEqualTo(1);
        assertThat(delivery.channel()).isPresent();
    }

    @Test
    void offers_again_what_a_server_lost_that_went_back_in_time() throws Exception {
        spool.addText("kept");
        deliver();
        long kept = server.texts.lastKey() + 1;
        spool.addText("lost");
        QueuedFile photo = queue("photo", bytes(200_000));
        deliver();
        Map<Long, Text> texts = Map.copyOf(server.texts);
        List<Bytes> manifests = List.copyOf(server.manifests);
        int before = settled.size();
        delivery.close();
        server.goBack(kept);

        deliver();

        assertThat(notices)
                .anyMatch(notice -> notice.contains("holds less than it acknowledged") && notice.contains("2 of 2"));
        assertThat(server.texts).isEqualTo(texts);
        assertThat(server.uploads.get(photo.id()).content()).isEqualTo(bytes(200_000));
        assertThat(server.manifests).containsExactlyInAnyOrderElementsOf(manifests);
        assertThat(settled.subList(before, settled.size())).hasSize(2).allMatch(Settled::isAccepted);
        assertThat(spool.view().isEmpty()).isTrue();

        notices.clear();
        delivery.close();
        deliver();
        assertThat(notices).as("done once").isEmpty();
        assertThat(spool.addText("next").counter()).isGreaterThan(photo.counter());
    }

    @Test
    void offers_again_what_was_accepted_since_the_time_that_the_server_says_it_is_back_at() throws Exception {
        QueuedFile early = queue("early", bytes(1_000));
        spool.addText("late, and with a higher counter");
        deliver();
        // The file had been opened before the backup and was accepted after it: no counter tells.
        server.uploads.remove(early.id());
        server.restored = List.of(new Restored(TestPki.NOW.plusSeconds(60), TestPki.NOW.minusSeconds(1)));
        delivery.close();

        deliver();

        assertThat(server.uploads.get(early.id()).isAccepted()).isTrue();
        assertThat(notices).anyMatch(notice -> notice.contains("is back at") && notice.contains("2 of 2"));
        long opened = server.count(UploadOpen.class);
        delivery.close();
        spool.close();
        spool = Spool.open(directory.resolve("spool"), RANDOM, TestPki.CLOCK);
        delivery = delivery(server.pki.issue(Role.DEVICE, "camera-1"));
        deliver();
        assertThat(server.count(UploadOpen.class)).as("done once").isEqualTo(opened);
    }

    @Test
    void says_which_files_it_cannot_offer_again() throws Exception {
        QueuedFile gone = queue("gone.jpg", bytes(1_000));
        queue("changed.jpg", bytes(1_000));
        QueuedFile there = queue("there.jpg", bytes(2_000));
        deliver();
        Files.delete(gone.path());
        Files.write(directory.resolve("changed.jpg"), bytes(1_001));
        delivery.close();
        server.goBack(0);

        deliver();

        assertThat(notices).anyMatch(notice -> notice.contains("1 of 3"));
        assertThat(notices).anyMatch(notice -> notice.contains("gone.jpg, changed.jpg"));
        assertThat(server.uploads).containsOnlyKeys(there.id());
    }

    @Test
    void offers_again_what_left_the_journal_for_the_history_long_ago() throws Exception {
        QueuedFile first = queue("first", bytes(1_000));
        deliver();
        for (int i = 0; i < 1_001; i++) {
            spool.settle(new Settled(
                    new ItemId(Bytes.fromHex("%032x".formatted(i + 1))),
                    Settled.Kind.TEXT,
                    spool.view().lastCounter() + 1,
                    "refused",
                    1,
                    null,
                    null,
                    "for the test",
                    null,
                    List.of(),
                    TestPki.NOW));
        }
        assertThat(Files.readString(directory.resolve("spool/history")))
                .contains(first.id().toString());
        delivery.close();
        server.goBack(0);

        deliver();

        assertThat(server.uploads.get(first.id()).isAccepted()).isTrue();
    }

    @Test
    void offers_texts_again_that_were_acknowledged_and_not_sealed() throws Exception {
        AtomicBoolean sealing = new AtomicBoolean();
        server.interception = (message, honest) -> {
            if (message instanceof TextSeal && !sealing.getAndSet(true)) {
                honest.goBack(0);
                throw new IOException("the server died and was restored");
            }
            return Optional.empty();
        };
        spool.addText("one");
        spool.addText("two");

        deliver();

        assertThat(server.texts).hasSize(2);
        assertThat(server.manifests).hasSize(1);
        assertThat(settled).hasSize(1).allMatch(Settled::isAccepted);
    }

    @Test
    void does_not_offer_to_another_deployment_what_this_one_accepted() throws Exception {
        spool.addText("for the first server");
        queue("photo", bytes(1_000));
        deliver();
        delivery.close();
        server.close();
        server = new ServerDouble();
        delivery = delivery(server.pki.issue(Role.DEVICE, "camera-1"));

        deliver();

        assertThat(server.texts).isEmpty();
        assertThat(server.uploads).isEmpty();
        assertThat(notices).isEmpty();
    }
}
