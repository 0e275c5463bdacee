package dev.waxwing.enrollment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.waxwing.enrollment.InviteException.Fault;
import dev.waxwing.trust.PeerName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InviteTest {

    private static final byte[] PIN = new byte[32];
    private static final byte[] TOKEN = new byte[16];

    static {
        Arrays.fill(PIN, (byte) 0xA5);
        Arrays.fill(TOKEN, (byte) 0x11);
    }

    private static final Invite INVITE = new Invite(
            PIN,
            InviteToken.of(TOKEN),
            new PeerName("camera-01"),
            List.of(new ServerAddress("gate.example.org", 9999), new ServerAddress("2001:db8::1", 1)));

    @Test
    void is_read_back_as_it_was_written() throws InviteException {
        Invite read = Invite.parse(INVITE.encode());

        assertThat(read).isEqualTo(INVITE).hasSameHashCodeAs(INVITE);
        assertThat(read.rootSpkiSha256()).isEqualTo(PIN);
        assertThat(read.token().bytes()).isEqualTo(TOKEN);
        assertThat(read.name()).hasToString("camera-01");
        assertThat(read.addresses())
                .extracting(Object::toString)
                .containsExactly("gate.example.org:9999", "[2001:db8::1]:1");
    }

    @Test
    void has_the_bytes_of_section_9_1() {
        byte[] content = content(1, "camera-01", "gate.example.org:9999", "[2001:db8::1]:1");
        assertThat(INVITE.encode()).isEqualTo(sealed(content));
    }

    @Test
    void white_space_around_it_does_not_matter() throws InviteException {
        assertThat(Invite.parse("\n  " + INVITE.encode() + " \r\n")).isEqualTo(INVITE);
    }

    @Test
    void the_largest_invite_fits() throws InviteException {
        String host = "a".repeat(63) + "." + "b".repeat(63) + "." + "c".repeat(63) + "." + "d".repeat(57);
        List<ServerAddress> addresses = IntStream.range(0, 16)
                .mapToObj(i -> new ServerAddress(host, 60000 + i))
                .toList();
        Invite invite = new Invite(PIN, InviteToken.of(TOKEN), new PeerName("n".repeat(63)), addresses);

        assertThat(addresses.getFirst().toString()).hasSize(ServerAddress.MAX_LENGTH);
        assertThat(Invite.parse(invite.encode())).isEqualTo(invite);
    }

    @Test
    void every_strict_prefix_is_refused() {
        String whole = INVITE.encode();
        for (int length = 0; length < whole.length(); length++) {
            String part = whole.substring(0, length);
            assertThatThrownBy(() -> Invite.parse(part)).as(part).isInstanceOf(InviteException.class);
        }
    }

    @Test
    void every_changed_character_is_refused() {
        String whole = INVITE.encode();
        for (int i = 0; i < whole.length(); i++) {
            char other = whole.charAt(i) == 'A' ? 'B' : 'A';
            String changed = whole.substring(0, i) + other + whole.substring(i + 1);
            assertThatThrownBy(() -> Invite.parse(changed)).as(changed).isInstanceOf(InviteException.class);
        }
    }

    @Test
    void nothing_may_follow() {
        assertThat(faultOf(INVITE.encode() + "=")).isEqualTo(Fault.ENCODING);
        assertThat(faultOf(INVITE.encode() + "AAAA")).isEqualTo(Fault.CHECKSUM);
        assertThat(faultOf(sealed(concat(content(1, "camera-01", "host:1"), new byte[1]))))
                .isEqualTo(Fault.STRUCTURE);
    }

    @Test
    void says_what_is_wrong() {
        assertThat(faultOf("https://example.org")).isEqualTo(Fault.PREFIX);
        assertThat(faultOf("wxi1." + "A".repeat(100_000))).isEqualTo(Fault.TOO_LONG);
        assertThat(faultOf("wxi1.a b")).isEqualTo(Fault.ENCODING);
        assertThat(faultOf("wxi1.+/+/")).isEqualTo(Fault.ENCODING);
        assertThat(faultOf("wxi1.")).isEqualTo(Fault.CHECKSUM);
        assertThat(faultOf(sealed(content(2, "camera-01", "host:1")))).isEqualTo(Fault.VERSION);
        assertThat(faultOf(sealed(new byte[] {1, 2, 3}))).isEqualTo(Fault.STRUCTURE);
        assertThat(faultOf(sealed(content(1, "Camera", "host:1")))).isEqualTo(Fault.NAME);
        assertThat(faultOf(sealed(content(1, "", "host:1")))).isEqualTo(Fault.NAME);
        assertThat(faultOf(sealed(content(1, "camera-01")))).isEqualTo(Fault.ADDRESS);
        assertThat(faultOf(sealed(content(1, "camera-01", "host")))).isEqualTo(Fault.ADDRESS);
        String[] many = IntStream.range(0, 17).mapToObj(i -> "host:1").toArray(String[]::new);
        assertThat(faultOf(sealed(content(1, "camera-01", many)))).isEqualTo(Fault.ADDRESS);
    }

    @Test
    void random_content_with_a_right_checksum_is_read_or_refused() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] content = new byte[random.nextInt(120)];
            random.nextBytes(content);
            if (content.length > 0) {
                content[0] = 1;
            }
            String text = sealed(content);
            try {
                assertThat(Invite.parse(text).encode()).isEqualTo(text);
            } catch (InviteException e) {
                assertThat(e.fault()).isNotNull();
            }
        }
    }

    @Test
    void never_prints_its_token() {
        assertThat(INVITE.toString()).doesNotContain("1111").contains("camera-01");
        assertThat(INVITE.token().toString()).isEqualTo("InviteToken[secret]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":1",
                "host",
                "host:",
                "host:0",
                "host:65536",
                "host:01",
                "host:+1",
                "-host:1",
                "ho st:1",
                "host:1:2",
                "2001:db8::1:1",
                "[host]:1",
                "[]:1",
                "http://host:1",
                "h\u00f6st:1"
            })
    void refuses_what_is_no_address(String text) {
        assertThatThrownBy(() -> ServerAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"host:1", "gate.example.org:9999", "127.0.0.1:65535", "[::1]:9999", "[fe80::1%eth0]:9999"})
    void an_address_is_read_back_as_it_was_written(String text) {
        assertThat(ServerAddress.parse(text)).hasToString(text);
    }

    private static Fault faultOf(String text) {
        return catchThrowableOfType(InviteException.class, () -> Invite.parse(text))
                .fault();
    }

    private static byte[] content(int version, String name, String... addresses) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(version);
        out.writeBytes(PIN);
        out.writeBytes(TOKEN);
        text(out, name);
        out.write(addresses.length);
        for (String address : addresses) {
            text(out, address);
        }
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.write(text.length());
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String sealed(byte[] content) {
        try {
            byte[] checksum = Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(content), 4);
            return "wxi1." + Base64.getUrlEncoder().withoutPadding().encodeToString(concat(content, checksum));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
