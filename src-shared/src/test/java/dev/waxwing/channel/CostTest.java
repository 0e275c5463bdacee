package dev.waxwing.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.management.ThreadMXBean;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.crypto.ForwardingCrypto;
import dev.waxwing.crypto.Secret;
import dev.waxwing.crypto.SignatureScheme;
import dev.waxwing.crypto.Suite;
import dev.waxwing.crypto.X25519Keys;
import dev.waxwing.handshake.Action.ChangeReceivingKeys;
import dev.waxwing.handshake.Action.ChangeSendingKeys;
import dev.waxwing.handshake.Adversary;
import dev.waxwing.recordlayer.ContentType;
import dev.waxwing.recordlayer.Direction;
import dev.waxwing.trust.Certificates;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.vectors.MemorySocket;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a handshake and a record cost, in what can be counted: bytes on the wire, system calls, operations with keys, bytes
 * allocated. A change that makes one of them dearer has to say so here. Nothing is timed.
 */
class CostTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Header, content type and tag. */
    private static final int AEAD_OVERHEAD = 8 + 1 + 16;

    @Test
    void a_handshake_takes_two_writes_at_each_end() throws Exception {
        try (Loopback loopback = new Loopback();
                Connected connected = connect(loopback, new CountingKeys(), new CountingKeys())) {
            assertThat(connected.deviceSocket.writes()).isEqualTo(2);
            assertThat(connected.serverSocket.writes()).isEqualTo(2);
        }
    }

    @Test
    void a_handshake_has_this_many_bytes_besides_certificates_and_signatures() throws Exception {
        CountingKeys device = new CountingKeys();
        CountingKeys server = new CountingKeys();
        try (Loopback loopback = new Loopback();
                Connected connected = connect(loopback, device, server)) {
            long chain = sizeOf(connected.credential);
            long ownChain = sizeOf(loopback.serverCredential);
            assertThat(connected.deviceSocket.written() - chain - device.signatureBytes)
                    .as("device to server")
                    .isEqualTo(1_389);
            assertThat(connected.serverSocket.written() - ownChain - loopback.staple.size() - server.signatureBytes)
                    .as("server to device")
                    .isEqualTo(1_424);
        }
    }

    @Test
    void a_known_peer_costs_one_signature_one_verification_and_one_key_exchange() throws Exception {
        CountingKeys device = new CountingKeys();
        CountingKeys server = new CountingKeys();
        try (Loopback loopback = new Loopback()) {
            ServerEndpoint endpoint = serverEndpoint(loopback, server);
            DeviceEndpoint caller = deviceEndpoint(loopback, device);
            Credential credential = loopback.pki.issue(Role.DEVICE, "camera-1");
            connect(loopback, endpoint, caller, credential).close();
            // The first time also the peer's certificate, and at the device the OCSP response and its signer's. The
            // platform
            // verifies the issuing authority's, because this root signs P-384 with SHA-256.
            assertThat(List.of(device.signed, device.verified, device.agreed)).containsExactly(1, 4, 2);
            assertThat(List.of(server.signed, server.verified, server.agreed)).containsExactly(1, 2, 2);
            connect(loopback, endpoint, caller, credential).close();
            assertThat(List.of(device.signed, device.verified, device.agreed)).containsExactly(2, 5, 4);
            assertThat(List.of(server.signed, server.verified, server.agreed)).containsExactly(2, 3, 4);
        }
    }

    /** A quarter above what it is when little is compiled yet: see {@link #a_record_allocates_a_few_small_objects_whatever_its_size}. */
    @Test
    void a_handshake_allocates_no_more_than_this() throws Exception {
        CryptoProvider crypto = CryptoProvider.conscrypt().orElseGet(() -> abort("Conscrypt does not load here"));
        try (Loopback loopback = new Loopback()) {
            ServerEndpoint endpoint = serverEndpoint(loopback, crypto);
            DeviceEndpoint caller = deviceEndpoint(loopback, crypto);
            Credential credential = loopback.pki.issue(Role.DEVICE, "camera-1");
            long device = Long.MAX_VALUE;
            long server = Long.MAX_VALUE;
            for (int i = 0; i < 12; i++) {
                try (Connected connected = connect(loopback, endpoint, caller, credential)) {
                    device = Math.min(device, connected.deviceAllocated);
                    server = Math.min(server, connected.serverAllocated);
                }
            }
            assertThat(device).as("bytes at the device").isLessThan(235_000);
            assertThat(server).as("bytes at the server").isLessThan(205_000);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Suite.class, names = "AES_128_CBC_HMAC_SHA256", mode = EnumSource.Mode.EXCLUDE)
    void a_record_costs_one_write_and_25_bytes(Suite suite) throws Exception {
        try (Loopback loopback = new Loopback().suite(suite);
                Connected connected = connect(loopback, new CountingKeys(), new CountingKeys())) {
            int writes = connected.deviceSocket.writes();
            long written = connected.deviceSocket.written();
            int[] sizes = {1, 100, 4_096, 60_000};
            for (int size : sizes) {
                send(connected.device, size);
                assertThat(receive(connected.server)).isEqualTo(size);
                written += size + AEAD_OVERHEAD;
                assertThat(connected.deviceSocket.written()).isEqualTo(written);
            }
            assertThat(connected.deviceSocket.writes()).isEqualTo(writes + sizes.length);
        }
    }

    @Test
    void records_that_are_sent_together_cost_one_write() throws Exception {
        try (Loopback loopback = new Loopback();
                Connected connected = connect(loopback, new CountingKeys(), new CountingKeys())) {
            List<OutgoingRecord> records =
                    Stream.generate(connected.device::newRecord).limit(4).toList();
            for (int i = 0; i < records.size(); i++) {
                records.get(i).buffer().position(1_000 + i);
            }
            int writes = connected.deviceSocket.writes();
            connected.device.send(records);
            assertThat(connected.deviceSocket.writes()).isEqualTo(writes + 1);
            for (int i = 0; i < records.size(); i++) {
                assertThat(receive(connected.server)).isEqualTo(1_000 + i);
            }
        }
    }

    @Test
    void records_that_have_arrived_cost_one_read_each_or_less() throws Exception {
        int large = 64;
        assertThat(readsFor(large, 65_000)).isEqualTo(large + 3); // three until the buffer holds a whole record
        int small = 1_000;
        assertThat(readsFor(small, 100)).isEqualTo(33);
    }

    /** How often the socket is read for so many records, if it always gives as much as there is room for. */
    private static int readsFor(int records, int size) throws Exception {
        CryptoProvider crypto = CryptoProvider.best();
        SecureRandom random = new SecureRandom();
        Adversary keys = Adversary.device(crypto, random);
        Bytes hello = keys.hello(false, List.of(Suite.AES_256_GCM_SHA384));
        keys.meet(Adversary.server(crypto, random).answer(hello, Suite.AES_256_GCM_SHA384));
        MemorySocket out = new MemorySocket(Bytes.EMPTY, 0);
        RecordStream sender = stream(out, crypto, random, Direction.DEVICE_TO_SERVER, Direction.SERVER_TO_DEVICE);
        sender.change(new ChangeSendingKeys(2, SessionId.NONE, keys.handshakeKeys(true)));
        Bytes content = Bytes.of(new byte[size]);
        for (int i = 0; i < records; i++) {
            sender.write(ContentType.APPLICATION, content);
        }
        MemorySocket in = new MemorySocket(out.written(), Integer.MAX_VALUE);
        RecordStream receiver = stream(in, crypto, random, Direction.SERVER_TO_DEVICE, Direction.DEVICE_TO_SERVER);
        receiver.change(new ChangeReceivingKeys(2, SessionId.NONE, keys.handshakeKeys(true), false));
        for (int i = 0; i < records; i++) {
            assertThat(receiver.read()).isEqualTo(ContentType.APPLICATION);
            assertThat(receiver.content().remaining()).isEqualTo(size);
        }
        return in.reads();
    }

    private static RecordStream stream(
            SocketChannel socket, CryptoProvider crypto, SecureRandom random, Direction sending, Direction receiving) {
        return new RecordStream(socket, crypto, random, new BufferPool(crypto), sending, receiving);
    }

    /**
     * Some small objects, and nothing that grows with the content. How many bytes the small ones have is the virtual machine's
     * choice, by as much as it has compiled and by the processor, so the limit leaves room.
     */
    @ParameterizedTest
    @ValueSource(ints = {100, 30_000, 60_000})
    void a_record_allocates_a_few_small_objects_whatever_its_size(int size) throws Exception {
        CryptoProvider crypto = CryptoProvider.conscrypt().orElseGet(() -> abort("Conscrypt does not load here"));
        try (Loopback loopback = new Loopback();
                Connected connected = connect(loopback, crypto, crypto)) {
            long sending = Long.MAX_VALUE;
            long receiving = Long.MAX_VALUE;
            for (int i = 0; i < 200; i++) {
                long start = THREADS.getCurrentThreadAllocatedBytes();
                send(connected.device, size);
                long sent = THREADS.getCurrentThreadAllocatedBytes();
                assertThat(receive(connected.server)).isEqualTo(size);
                long received = THREADS.getCurrentThreadAllocatedBytes();
                sending = Math.min(sending, sent - start);
                receiving = Math.min(receiving, received - sent);
            }
            assertThat(sending).as("bytes to send").isLessThanOrEqualTo(1_024);
            assertThat(receiving).as("bytes to receive").isLessThanOrEqualTo(1_536);
        }
    }

    private static void send(SecureChannel channel, int size) throws Exception {
        OutgoingRecord record = channel.newRecord();
        ByteBuffer content = record.buffer();
        content.position(content.position() + size);
        channel.send(record);
    }

    private static int receive(SecureChannel channel) throws Exception {
        ByteBuffer content = channel.receive();
        return content == null ? -1 : content.remaining();
    }

    private static long sizeOf(Credential credential) {
        return credential.chain().stream()
                .mapToLong(certificate -> Certificates.encode(certificate).size())
                .sum();
    }

    private static Connected connect(Loopback loopback, CryptoProvider device, CryptoProvider server) throws Exception {
        return connect(
                loopback,
                serverEndpoint(loopback, server),
                deviceEndpoint(loopback, device),
                loopback.pki.issue(Role.DEVICE, "camera-1"));
    }

    private static ServerEndpoint serverEndpoint(Loopback loopback, CryptoProvider crypto) {
        loopback.serverCrypto = crypto;
        return loopback.serverEndpoint();
    }

    private static DeviceEndpoint deviceEndpoint(Loopback loopback, CryptoProvider crypto) {
        loopback.deviceCrypto = crypto;
        return loopback.deviceEndpoint();
    }

    private static Connected connect(
            Loopback loopback, ServerEndpoint endpoint, DeviceEndpoint caller, Credential credential) throws Exception {
        CompletableFuture<Connected.Server> server = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                CountedSocket socket = new CountedSocket(loopback.acceptRaw());
                long start = THREADS.getCurrentThreadAllocatedBytes();
                Accepted accepted = endpoint.accept(socket, Loopback.INCIDENT);
                long allocated = THREADS.getCurrentThreadAllocatedBytes() - start;
                server.complete(new Connected.Server(((Accepted.Connected) accepted).channel(), socket, allocated));
            } catch (Exception e) {
                server.completeExceptionally(e);
            }
        });
        CountedSocket socket = new CountedSocket(loopback.dial());
        long start = THREADS.getCurrentThreadAllocatedBytes();
        SecureChannel device = caller.connect(socket, credential, TrustedRoots.of(loopback.pki.root()), loopback.floor);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - start;
        Connected.Server other = Loopback.get(server);
        return new Connected(credential, device, socket, allocated, other.channel(), other.socket(), other.allocated());
    }

    private record Connected(
            Credential credential,
            SecureChannel device,
            CountedSocket deviceSocket,
            long deviceAllocated,
            SecureChannel server,
            CountedSocket serverSocket,
            long serverAllocated)
            implements AutoCloseable {

        private record Server(SecureChannel channel, CountedSocket socket, long allocated) {}

        @Override
        public void close() {
            device.abort();
            server.abort();
        }
    }

    /** The best provider, which counts what is done with keys. Owned by one end. */
    private static final class CountingKeys extends ForwardingCrypto {
        private int signed;
        private int verified;
        private int agreed;
        private long signatureBytes;

        CountingKeys() {
            super(CryptoProvider.best());
        }

        @Override
        public X25519Keys x25519Keys(SecureRandom random) {
            agreed++;
            return counting(super.x25519Keys(random));
        }

        private X25519Keys counting(X25519Keys keys) {
            return new X25519Keys() {
                @Override
                public Bytes publicKey() {
                    return keys.publicKey();
                }

                @Override
                public Secret agree(Bytes u) throws InvalidKeyException {
                    agreed++;
                    return keys.agree(u);
                }

                @Override
                public void close() {
                    keys.close();
                }
            };
        }

        @Override
        public Bytes sign(SignatureScheme scheme, PrivateKey key, Bytes content) throws InvalidKeyException {
            Bytes signature = super.sign(scheme, key, content);
            signed++;
            signatureBytes += signature.size();
            return signature;
        }

        @Override
        public boolean verify(SignatureScheme scheme, PublicKey key, Bytes content, Bytes signature) {
            verified++;
            return super.verify(scheme, key, content, signature);
        }
    }
}
