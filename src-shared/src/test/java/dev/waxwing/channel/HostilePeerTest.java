package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.ForwardingCrypto;
import dev.waxwing.crypto.Suite;
import dev.waxwing.handshake.Adversary.Context;
import dev.waxwing.handshake.EnrolmentRequestFactory.EnrolmentRequest;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TestPki;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.PeerAlertException;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Writer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers with the right keys that do not keep to the protocol, and peers without any that want to wear an end out. */
@Timeout(60)
class HostilePeerTest {

    private static final Bytes EIGHT = Bytes.fromHex("0102030405060708");

    /** How far a peer with keys keeps to the protocol. */
    enum AtServer {
        AWAITS_HELLO(false) {
            @Override
            void reach(KeyedPeer peer) {}
        },
        AWAITS_CERTIFICATE(false) {
            @Override
            void reach(KeyedPeer peer) throws Exception {
                peer.greet(false, Suite.AES_256_GCM_SHA384);
            }
        },
        AWAITS_CERTIFICATE_VERIFY(false) {
            @Override
            void reach(KeyedPeer peer) throws Exception {
                peer.greet(false, Suite.AES_256_GCM_SHA384).sayCertificate();
            }
        },
        AWAITS_FINISHED(false) {
            @Override
            void reach(KeyedPeer peer) throws Exception {
                peer.greet(false, Suite.AES_256_GCM_SHA384).sayCertificate().sayVerify(Context.DEVICE);
            }
        },
        AWAITS_ENROLLING_FINISHED(false) {
            @Override
            void reach(KeyedPeer peer) throws Exception {
                peer.greet(true, Suite.AES_256_GCM_SHA384);
            }
        },
        AWAITS_ENROL_REQUEST(false) {
            @Override
            void reach(KeyedPeer peer) throws Exception {
                peer.greet(true, Suite.AES_256_GCM_SHA384).sayFinishedAndChange();
            }
        },
        CONNECTED(true) {
            @Override
            void reach(KeyedPeer peer) throws Exception {
                peer.greet(false, Suite.AES_256_GCM_SHA384).finish();
            }
        };

        private final boolean connected;

        AtServer(boolean connected) {
            this.connected = connected;
        }

        abstract void reach(KeyedPeer peer) throws Exception;
    }

    static Stream<Arguments> contentsAtServer() {
        return Stream.of(AtServer.values())
                .flatMap(state -> Stream.of(ContentType.values()).map(type -> Arguments.of(state, type)));
    }

    @ParameterizedTest
    @MethodSource("contentsAtServer")
    void server_takes_in_each_state_only_the_content_types_of_that_state(AtServer state, ContentType type)
            throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            Credential credential = loopback.pki.issue(Role.DEVICE, "camera-1");
            try (KeyedPeer peer = KeyedPeer.device(loopback.dial(), credential)) {
                state.reach(peer);
                SecureChannel channel =
                        state.connected ? ((Accepted.Connected) Loopback.get(accepted)).channel() : null;
                peer.send(type, content(type));
                if (channel == null) {
                    if (type == ContentType.ALERT) {
                        assertThatThrownBy(() -> Loopback.get(accepted)).isInstanceOf(PeerAlertException.class);
                        peer.expectEnd();
                    } else {
                        peer.expectAlert(AlertCode.PROTOCOL_ERROR);
                        assertThat(Loopback.refusal(accepted).alert()).isPresent();
                    }
                    return;
                }
                assertConnected(channel, peer, type);
            }
        }
    }

    /** What an end of a session makes of each content type. */
    private static void assertConnected(SecureChannel channel, KeyedPeer peer, ContentType type) throws Exception {
        switch (type) {
            case APPLICATION -> assertThat(Bytes.copyOf(channel.receive())).isEqualTo(content(type));
            case CLOSE -> assertThat(channel.receive()).isNull();
            case ALERT -> assertThatThrownBy(channel::receive).isInstanceOf(PeerAlertException.class);
            case PING -> {
                peer.send(ContentType.CLOSE, Bytes.EMPTY);
                assertThat(channel.receive()).isNull();
                assertThat(peer.read(ContentType.PONG)).isEqualTo(EIGHT);
            }
            case HANDSHAKE, PONG ->
                assertThatThrownBy(channel::receive).isInstanceOfSatisfying(ProtocolException.class, e -> {
                    assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
                    channel.fail(e);
                });
        }
        if (type == ContentType.HANDSHAKE || type == ContentType.PONG) {
            peer.expectAlert(AlertCode.PROTOCOL_ERROR);
        }
        channel.abort();
    }

    /** Content that is legal for its type wherever that type is; the handshake message is one that no state expects. */
    private static Bytes content(ContentType type) {
        return switch (type) {
            case HANDSHAKE -> Bytes.fromHex("7f000000");
            case APPLICATION -> Bytes.fromHex("07000000");
            case ALERT -> Bytes.fromHex("01" + "00".repeat(31));
            case CLOSE -> Bytes.EMPTY;
            case PING, PONG -> EIGHT;
        };
    }

    /** How far a server with keys keeps to the protocol. */
    enum AtDevice {
        AWAITS_SERVER_HELLO,
        AWAITS_ENCRYPTED_EXTENSIONS,
        AWAITS_CERTIFICATE_REQUEST,
        AWAITS_CERTIFICATE,
        AWAITS_CERTIFICATE_VERIFY,
        AWAITS_FINISHED,
        AWAITS_SESSION_ACCEPT;

        void reach(KeyedPeer peer, Loopback loopback) throws Exception {
            if (this == AWAITS_SERVER_HELLO) {
                peer.read(ContentType.HANDSHAKE);
                return;
            }
            peer.answer(Suite.AES_256_GCM_SHA384);
            if (ordinal() > AWAITS_ENCRYPTED_EXTENSIONS.ordinal()) {
                peer.say(encryptedExtensions());
            }
            if (ordinal() > AWAITS_CERTIFICATE_REQUEST.ordinal()) {
                peer.say(certificateRequest(loopback));
            }
            if (ordinal() > AWAITS_CERTIFICATE.ordinal()) {
                peer.sayCertificate();
            }
            if (ordinal() > AWAITS_CERTIFICATE_VERIFY.ordinal()) {
                peer.sayVerify(Context.SERVER);
            }
            if (ordinal() > AWAITS_FINISHED.ordinal()) {
                peer.sayFinishedAndHearDevice();
            }
        }
    }

    static Stream<Arguments> contentsAtDevice() {
        return Stream.of(AtDevice.values())
                .flatMap(state -> Stream.of(ContentType.values()).map(type -> Arguments.of(state, type)));
    }

    @ParameterizedTest
    @MethodSource("contentsAtDevice")
    void device_takes_in_each_state_only_the_content_types_of_that_state(AtDevice state, ContentType type)
            throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<SecureChannel> connecting = connect(loopback);
            try (KeyedPeer peer = KeyedPeer.server(loopback.acceptRaw(), loopback.serverCredential, loopback.staple)) {
                state.reach(peer, loopback);
                peer.send(type, content(type));
                if (type == ContentType.ALERT) {
                    assertThatThrownBy(() -> Loopback.get(connecting)).isInstanceOf(PeerAlertException.class);
                    peer.expectEnd();
                } else {
                    peer.expectAlert(AlertCode.PROTOCOL_ERROR);
                    assertThatThrownBy(() -> Loopback.get(connecting)).isInstanceOf(ProtocolException.class);
                }
            }
        }
    }

    /** How far a server with keys keeps to the protocol with a device that enrols. */
    enum AtEnrollingDevice {
        AWAITS_CERTIFICATE,
        AWAITS_CERTIFICATE_VERIFY,
        AWAITS_FINISHED,
        AWAITS_ENROL_RESPONSE;

        void reach(KeyedPeer peer, Loopback loopback) throws Exception {
            peer.answer(Suite.AES_256_GCM_SHA384).say(encryptedExtensions());
            if (ordinal() > AWAITS_CERTIFICATE.ordinal()) {
                peer.sayCertificate(loopback.pki.rootCertificate());
            }
            if (ordinal() > AWAITS_CERTIFICATE_VERIFY.ordinal()) {
                peer.sayVerify(Context.SERVER_ENROLMENT);
            }
            if (ordinal() > AWAITS_FINISHED.ordinal()) {
                peer.sayFinishedAndHearDevice();
                assertThat(peer.read(ContentType.HANDSHAKE).at(0))
                        .describedAs("EnrolRequest")
                        .isEqualTo((byte) 0x21);
            }
        }
    }

    static Stream<Arguments> contentsAtEnrollingDevice() {
        return Stream.of(AtEnrollingDevice.values())
                .flatMap(state -> Stream.of(ContentType.values()).map(type -> Arguments.of(state, type)));
    }

    @ParameterizedTest
    @MethodSource("contentsAtEnrollingDevice")
    void enrolling_device_takes_in_each_state_only_the_content_types_of_that_state(
            AtEnrollingDevice state, ContentType type) throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<EnrolledIdentity> enrolling = new CompletableFuture<>();
            SocketChannel socket = loopback.dial();
            Thread.startVirtualThread(() -> {
                try {
                    enrolling.complete(loopback.enrol(
                            socket,
                            loopback.pki.root().spkiSha256(),
                            session -> new EnrolmentRequest(TestPki.p256(), Bytes.fromHex("3000"))));
                } catch (Exception e) {
                    enrolling.completeExceptionally(e);
                }
            });
            try (KeyedPeer peer = KeyedPeer.server(loopback.acceptRaw(), loopback.serverCredential, loopback.staple)) {
                state.reach(peer, loopback);
                peer.send(type, content(type));
                if (type == ContentType.ALERT) {
                    assertThatThrownBy(() -> Loopback.get(enrolling)).isInstanceOf(PeerAlertException.class);
                    peer.expectEnd();
                } else {
                    peer.expectAlert(AlertCode.PROTOCOL_ERROR);
                    assertThatThrownBy(() -> Loopback.get(enrolling)).isInstanceOf(ProtocolException.class);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ContentType.class)
    void device_takes_in_a_session_what_a_session_allows(ContentType type) throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<SecureChannel> connecting = connect(loopback);
            try (KeyedPeer peer = KeyedPeer.server(loopback.acceptRaw(), loopback.serverCredential, loopback.staple)) {
                AtDevice.AWAITS_SESSION_ACCEPT.reach(peer, loopback);
                peer.send(ContentType.HANDSHAKE, sessionAccept());
                SecureChannel channel = Loopback.get(connecting);
                peer.send(type, content(type));
                assertConnected(channel, peer, type);
            }
        }
    }

    private static CompletableFuture<SecureChannel> connect(Loopback loopback) {
        CompletableFuture<SecureChannel> connecting = new CompletableFuture<>();
        Credential credential = loopback.pki.issue(Role.DEVICE, "camera-1");
        Thread.startVirtualThread(() -> {
            try {
                connecting.complete(loopback.connect(credential));
            } catch (Exception e) {
                connecting.completeExceptionally(e);
            }
        });
        return connecting;
    }

    private static Bytes encryptedExtensions() {
        return Writer.growing()
                .u8(0x08)
                .vec24(body -> body.u24(66_048)
                        .u32(1 << 20)
                        .u64(1 << 30)
                        .u32(600)
                        .u64(1L << 36)
                        .u32(3_600)
                        .u32(86_400)
                        .u16(60)
                        .u64(0)
                        .u16(0))
                .toBytes();
    }

    private static Bytes certificateRequest(Loopback loopback) {
        return Writer.growing()
                .u8(0x0D)
                .vec24(body -> body.vec8(schemes -> schemes.u16(0x0403))
                        .vec16(loopback.pki.root().spkiSha256())
                        .u16(0))
                .toBytes();
    }

    private static Bytes sessionAccept() {
        return Writer.growing()
                .u8(0x20)
                .vec24(body -> body.u64(0).u64(0).u8(4).u16(0))
                .toBytes();
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void nothing_behind_a_close_is_read(Suite suite) throws Exception {
        try (Loopback loopback = new Loopback().suite(suite)) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (KeyedPeer peer = KeyedPeer.device(loopback.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"))) {
                peer.greet(false, suite).finish();
                SecureChannel channel = ((Accepted.Connected) Loopback.get(accepted)).channel();
                peer.send(ContentType.CLOSE, Bytes.EMPTY).send(ContentType.APPLICATION, EIGHT);
                assertThat(channel.receive()).isNull();
                assertThat(channel.receive()).isNull();
                channel.abort();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void terrapin_what_was_sent_under_one_key_cannot_shift_the_numbers_of_the_next(Suite suite) throws Exception {
        // One record more under the handshake keys, as an attacker on the way would need it, and one less in the
        // session.
        try (Loopback loopback = new Loopback().suite(suite);
                Relay relay = loopback.relay().toServer((n, record) -> n == 4 ? List.of() : List.of(record))) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (KeyedPeer peer = KeyedPeer.device(relay.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"))) {
                // ClientHello, Certificate, CertificateVerify and Finished are records 0 to 3: the numbers of epoch 1
                // go to 2.
                peer.greet(false, suite).finish();
                SecureChannel channel = ((Accepted.Connected) Loopback.get(accepted)).channel();
                peer.send(ContentType.APPLICATION, EIGHT).send(ContentType.APPLICATION, EIGHT);
                assertThatThrownBy(channel::receive).isInstanceOfSatisfying(ProtocolException.class, channel::fail);
                peer.expectAlert(AlertCode.PROTOCOL_ERROR);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void no_nonce_is_used_twice_however_many_threads_send(Suite suite) throws Exception {
        int threads = 8;
        int each = 100;
        try (Loopback loopback = new Loopback().suite(suite);
                Relay relay = loopback.relay()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            SecureChannel device = loopback.deviceEndpoint()
                    .connect(relay.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"), loopback.pki.root());
            SecureChannel server = ((Accepted.Connected) Loopback.get(accepted)).channel();
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                senders.add(CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < each; i++) {
                                SecureChannelTest.send(device, number(thread, i));
                            }
                        },
                        Thread::startVirtualThread));
            }
            // The receiver counts for itself: a number that is used twice, or out of order, opens nothing.
            Set<Bytes> received = new HashSet<>();
            int[] next = new int[threads];
            for (int i = 0; i < threads * each; i++) {
                Bytes content = Bytes.copyOf(server.receive());
                assertThat(received.add(content)).isTrue();
                int thread = content.asByteBuffer().getInt();
                assertThat(content).isEqualTo(number(thread, next[thread]++));
            }
            for (CompletableFuture<Void> sender : senders) {
                Loopback.get(sender);
            }
            assertThat(server.counters().recordsReceived()).isEqualTo(threads * each);
            assertThat(new HashSet<>(relay.fromDevice)).hasSize(2 + threads * each);
            device.abort();
            server.abort();
        }
    }

    private static Bytes number(int thread, int i) {
        return Writer.growing().u32(thread).u32(i).zeros(24).toBytes();
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_record_under_a_key_that_its_sender_gave_up_is_refused(Suite suite) throws Exception {
        for (boolean change : new boolean[] {true, false}) {
            try (Loopback loopback = new Loopback().suite(suite)) {
                CompletableFuture<Accepted> accepted = loopback.accept();
                try (KeyedPeer peer = KeyedPeer.device(loopback.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"))) {
                    peer.greet(false, suite).finish();
                    SecureChannel channel = ((Accepted.Connected) Loopback.get(accepted)).channel();
                    peer.send(ContentType.APPLICATION, EIGHT).updateKey(change).send(ContentType.APPLICATION, EIGHT);
                    assertThat(Bytes.copyOf(channel.receive())).isEqualTo(EIGHT);
                    if (change) {
                        assertThat(Bytes.copyOf(channel.receive())).isEqualTo(EIGHT);
                        assertThat(channel.receivingEpoch()).isEqualTo(3);
                    } else {
                        assertRefused(channel, peer);
                    }
                    channel.abort();
                }
            }
        }
    }

    static Stream<String> handshakeContents() {
        return Stream.of(
                // Two messages in one record, none whole, more than one.
                "1800000018000000",
                "180000",
                "1800000000",
                // The end of a ratchet that never began, and a request that is none.
                "2b000000",
                "2a0000040002abcd",
                "28000000",
                // Messages of the handshake that is long over.
                "14000020" + "00".repeat(32),
                "20000013" + "00".repeat(16) + "040000");
    }

    @ParameterizedTest
    @MethodSource("handshakeContents")
    void a_session_takes_no_handshake_message_but_those_that_renew_its_keys(String content) throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (KeyedPeer peer = KeyedPeer.device(loopback.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"))) {
                peer.greet(false, Suite.AES_256_GCM_SHA384).finish();
                SecureChannel channel = ((Accepted.Connected) Loopback.get(accepted)).channel();
                peer.send(ContentType.APPLICATION, EIGHT).send(ContentType.HANDSHAKE, Bytes.fromHex(content));
                assertThat(channel.receive()).isNotNull();
                assertRefused(channel, peer);
            }
        }
    }

    private static void assertRefused(SecureChannel channel, KeyedPeer peer) throws Exception {
        assertThatThrownBy(channel::receive).isInstanceOfSatisfying(ProtocolException.class, e -> {
            assertThat(e.code()).isEqualTo(AlertCode.PROTOCOL_ERROR);
            Thread.startVirtualThread(() -> channel.fail(e));
        });
        peer.expectAlert(AlertCode.PROTOCOL_ERROR);
    }

    @Test
    void the_hello_of_tls_is_answered_with_silence() throws Exception {
        SSLEngine tls = SSLContext.getDefault().createSSLEngine("localhost", 9_999);
        tls.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(32_768);
        tls.wrap(ByteBuffer.allocate(0), hello);
        assertSilence(Bytes.copyOf(hello.flip()));
    }

    @Test
    void the_hello_of_ssh_is_answered_with_silence() throws Exception {
        assertSilence(Bytes.of("SSH-2.0-OpenSSH_10.0\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    private static void assertSilence(Bytes foreign) throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                peer.send(foreign).expectSilence();
            }
            assertThat(Loopback.refusal(accepted).alert()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = AtServer.class,
            names = {"AWAITS_CERTIFICATE", "AWAITS_CERTIFICATE_VERIFY", "AWAITS_FINISHED", "AWAITS_ENROL_REQUEST"})
    void the_classic_protocol_in_the_middle_of_a_handshake_is_a_protocol_error(AtServer state) throws Exception {
        try (Loopback loopback = new Loopback()) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (KeyedPeer peer = KeyedPeer.device(loopback.dial(), loopback.pki.issue(Role.DEVICE, "camera-1"))) {
                state.reach(peer);
                peer.write(Bytes.of("<HELO>\0\0\0\2{}".getBytes(StandardCharsets.US_ASCII)));
                peer.expectAlert(AlertCode.PROTOCOL_ERROR);
                assertThat(Loopback.refusal(accepted).alert()).isPresent();
            }
        }
    }

    // Exhaustion.

    /** Counts the memory that records take; its own buffers are those of the JDK. */
    private static final class CountingProvider extends ForwardingCrypto {

        final AtomicLong bytes = new AtomicLong();
        final Semaphore allocations = new Semaphore(0);

        CountingProvider() {
            super(CryptoProvider.jdk());
        }

        @Override
        public ByteBuffer allocate(int size) {
            bytes.addAndGet(size);
            allocations.release();
            return super.allocate(size);
        }
    }

    @Test
    void memory_is_taken_for_what_has_come_and_not_for_what_was_promised() throws Exception {
        try (Loopback loopback = new Loopback()) {
            CountingProvider memory = new CountingProvider();
            loopback.serverCrypto = memory;
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (RawPeer peer = new RawPeer(loopback.dial())) {
                // A record of the largest ClientHello, of which a few bytes come, then half, then all but one.
                peer.send("d501000000002001 0100");
                memory.allocations.acquire();
                assertThat(memory.bytes.get()).isEqualTo(4_096);
                peer.send(Bytes.of(new byte[4_100]));
                memory.allocations.acquire();
                long all = memory.bytes.get();
                assertThat(all).describedAs("16 KiB in all").isBetween(8_200L, 16_384L);
                peer.send(Bytes.of(new byte[8_193 - 2 - 4_100 - 1])).endOutput();
                assertThatThrownBy(() -> Loopback.get(accepted)).hasMessageContaining("without a close");
                assertThat(memory.bytes.get()).isEqualTo(all);
            }
        }
    }

    @Test
    void a_promise_of_too_much_is_refused_before_it_comes_and_costs_no_memory() throws Exception {
        for (String header : List.of("d501000000002002", "d501000000010201", "d501000000ffffff")) {
            try (Loopback loopback = new Loopback()) {
                CountingProvider memory = new CountingProvider();
                loopback.serverCrypto = memory;
                CompletableFuture<Accepted> accepted = loopback.accept();
                try (RawPeer peer = new RawPeer(loopback.dial())) {
                    peer.send(header).expectAlert(AlertCode.PROTOCOL_ERROR);
                }
                assertThat(Loopback.refusal(accepted).alert()).isPresent();
                assertThat(memory.bytes.get()).isLessThanOrEqualTo(16_384);
            }
        }
    }

    @Test
    void a_hello_that_drips_is_cut_off_by_the_clock_whatever_still_comes() throws Exception {
        HandshakeLimits limits =
                new HandshakeLimits(Duration.ofSeconds(5), Duration.ofMillis(600), Duration.ofSeconds(30));
        try (Loopback loopback = new Loopback().limits(limits)) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            try (Socket peer = loopback.dial().socket()) {
                int sent = drip(peer, Bytes.fromHex("d501000000002001" + "01001ffd" + "00".repeat(8_000)));
                assertThat(sent).describedAs("bytes until the end").isBetween(2, 2_000);
                assertThatThrownBy(() -> Loopback.get(accepted))
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessageContaining("ClientHello");
            }
        }
    }

    @Test
    void a_device_that_drips_after_its_hello_is_cut_off_as_well() throws Exception {
        HandshakeLimits limits =
                new HandshakeLimits(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(1_500));
        try (Loopback loopback = new Loopback().limits(limits)) {
            CompletableFuture<Accepted> accepted = loopback.accept();
            var channel = loopback.dial();
            try (KeyedPeer peer = KeyedPeer.device(channel, loopback.pki.issue(Role.DEVICE, "camera-1"))) {
                peer.greet(false, Suite.AES_256_GCM_SHA384);
                drip(channel.socket(), Bytes.fromHex("d502000001002000" + "00".repeat(8_000)));
                assertThatThrownBy(() -> Loopback.get(accepted))
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessageContaining("handshake");
            }
        }
    }

    /** Sends a byte whenever the other end has been silent for a moment, until it ends the connection. */
    private static int drip(Socket socket, Bytes bytes) throws IOException {
        socket.setSoTimeout(5);
        int sent = 0;
        while (true) {
            try {
                if (sent < bytes.size()) {
                    socket.getOutputStream().write(bytes.at(sent++));
                }
                assertThat(socket.getInputStream().read())
                        .describedAs("nothing is said")
                        .isEqualTo(-1);
                return sent;
            } catch (SocketTimeoutException e) {
                // Still open: the next byte.
            } catch (IOException e) {
                return sent;
            }
        }
    }
}
