package dev.waxwing.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.waxwing.media.ApplicationMessage;
import dev.waxwing.media.ItemId;
import dev.waxwing.media.Text;
import dev.waxwing.media.UploadOpen;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.SessionId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignedFormsTest {

    private static final ItemId ID = ItemId.parse("00112233445566778899aabbccddeeff");
    private static final Instant TIME = Instant.parse("2026-01-31T09:30:00Z");
    private static final Bytes HASH = Sha256.of(Bytes.EMPTY);

    private static final Manifest MANIFEST = new Manifest(
            new PeerName("camera-7"), ID, 7, "Tür/\"x\"\n.jpg", "image/jpeg", 0, HASH, TIME, Manifest.NONE_BEFORE);
    private static final Receipt RECEIPT =
            new Receipt(TIME, HASH, ID.value(), new SessionId(ID.value()), TrustLevel.WXP2);

    private static final String MANIFEST_JSON = "{\"capturedAt\":\"2026-01-31T09:30:00.000Z\",\"counter\":7,"
            + "\"device\":\"camera-7\",\"mediaType\":\"image/jpeg\",\"name\":\"Tür/\\\"x\\\"\\n.jpg\","
            + "\"previousManifestSha256\":\"0000000000000000000000000000000000000000000000000000000000000000\","
            + "\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":0,"
            + "\"uploadId\":\"00112233445566778899aabbccddeeff\",\"version\":1}";
    private static final String RECEIPT_JSON = "{\"acceptedAt\":\"2026-01-31T09:30:00.000Z\","
            + "\"manifestSha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\","
            + "\"receiptId\":\"00112233445566778899aabbccddeeff\",\"sessionId\":\"00112233445566778899aabbccddeeff\","
            + "\"trustLevel\":\"wxp2\",\"version\":1}";

    @Test
    void a_manifest_has_the_bytes_of_the_specification() throws Exception {
        assertThat(MANIFEST.encode()).isEqualTo(bytes(MANIFEST_JSON));
        assertThat(Manifest.decode(bytes(MANIFEST_JSON))).isEqualTo(MANIFEST);
    }

    @Test
    void a_receipt_has_the_bytes_of_the_specification() throws Exception {
        assertThat(RECEIPT.encode()).isEqualTo(bytes(RECEIPT_JSON));
        assertThat(Receipt.decode(bytes(RECEIPT_JSON))).isEqualTo(RECEIPT);
    }

    @Test
    void a_line_of_texts_has_the_bytes_of_the_specification() throws Exception {
        Text text = new Text(7, ID, TIME, "gate open");
        Bytes line = bytes("{\"capturedAt\":\"2026-01-31T09:30:00.000Z\",\"counter\":7,"
                + "\"id\":\"00112233445566778899aabbccddeeff\",\"text\":\"gate open\"}\n");
        assertThat(TextLines.line(text)).isEqualTo(line);
        assertThat(TextLines.read(line)).isEqualTo(text);
    }

    /** The time of a line is not formatted as that of a manifest is, but must be the same. */
    @Test
    void a_line_of_texts_has_any_time_and_any_id() throws Exception {
        Random random = new Random(3);
        List<Instant> times = new ArrayList<>(List.of(Instant.EPOCH, Instant.parse("9999-12-31T23:59:59.999Z")));
        random.longs(1_000, 0, times.getLast().toEpochMilli())
                .mapToObj(Instant::ofEpochMilli)
                .forEach(times::add);
        for (Instant time : times) {
            Text text = new Text(1, new ItemId(random(random, 16)), time, "é\"\n");
            Bytes line = TextLines.line(text);
            assertThat(new String(line.toArray(), StandardCharsets.UTF_8)).contains(Members.text(time));
            assertThat(TextLines.read(line)).isEqualTo(text);
        }
    }

    private static Bytes random(Random random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }

    @Test
    void the_longest_text_fits_its_line() throws Exception {
        Text text = new Text((1L << 53) - 1, ID, TIME, "\u0001".repeat(Text.MAX_BYTES));
        assertThat(TextLines.line(text).size()).isLessThanOrEqualTo(TextLines.MAX_LINE);
        assertThat(TextLines.read(TextLines.line(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"version\":1|\"version\":2",
                "\"version\":1|\"version\":\"1\"",
                "\"counter\":7|\"counter\":0",
                "\"counter\":7|\"counter\":\"7\"",
                "\"counter\":7,|",
                ",\"version\":1|,\"version\":1,\"x\":1",
                "camera-7|Camera",
                "image/jpeg|",
                "image/jpeg|image\\njpeg",
                "000000000000\"|00000000000\"",
                "e3b0c4|E3B0C4",
                "e3b0c4|e3b0cg",
                "eeff\"|eeff00\"",
                "09:30:00.000Z|09:30:00Z",
                "09:30:00.000Z|09:30:00.0000Z",
                "09:30:00.000Z|09:30:00.000+00:00",
                "2026-01-31|2026-02-30",
                "2026-01-31|1969-12-31",
                "T09:30:00|T24:00:00",
                "T09:30:00|T09:30:60"
            })
    void refuses_a_manifest_that_differs_in(String from, String to) {
        String changed = MANIFEST_JSON.replace(from, to == null ? "" : to);
        assertThat(changed).isNotEqualTo(MANIFEST_JSON);
        assertThatExceptionOfType(MalformedEvidenceException.class).isThrownBy(() -> Manifest.decode(bytes(changed)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"version\":1|\"version\":2",
                "wxp2|classic",
                "wxp2|WXP2",
                "2026-01-31|1969-12-31",
                ",\"trustLevel\":\"wxp2\"|",
                ",\"version\":1|,\"version\":1,\"x\":1",
                "e3b0c4|e3b0"
            })
    void refuses_a_receipt_that_differs_in(String from, String to) {
        String changed = RECEIPT_JSON.replace(from, to == null ? "" : to);
        assertThat(changed).isNotEqualTo(RECEIPT_JSON);
        assertThatExceptionOfType(MalformedEvidenceException.class).isThrownBy(() -> Receipt.decode(bytes(changed)));
    }

    @Test
    void refuses_lines_that_are_not_exactly_one() {
        String line =
                new String(TextLines.line(new Text(7, ID, TIME, "gate open")).toArray(), StandardCharsets.UTF_8);
        for (String other : List.of("", "\n", line.strip(), line + line, line + "\n", line.replace("\n", "\r\n"))) {
            assertThatExceptionOfType(MalformedEvidenceException.class).isThrownBy(() -> TextLines.read(bytes(other)));
        }
    }

    @Test
    void refuses_to_make_a_manifest_above_the_limit() {
        Manifest tooLong = new Manifest(
                new PeerName("a"), ID, 1, "\u0001".repeat(4_000), "a/b", 0, HASH, TIME, Manifest.NONE_BEFORE);
        assertThatIllegalStateException().isThrownBy(tooLong::encode);
        Bytes padded = bytes(MANIFEST_JSON + " ".repeat(ApplicationMessage.MAX_MANIFEST));
        assertThatExceptionOfType(MalformedEvidenceException.class).isThrownBy(() -> Manifest.decode(padded));
    }

    @Test
    void knows_from_the_offer_whether_the_manifest_stays_within_its_limit() {
        PeerName device = new PeerName("camera-7");
        int room =
                ApplicationMessage.MAX_MANIFEST - (named(device, "a").encode().size() - 1);
        String longest = "\u0001".repeat(room / 6) + "a".repeat(room % 6);
        assertThat(named(device, longest).encode().size()).isEqualTo(ApplicationMessage.MAX_MANIFEST);
        assertThat(Manifest.canDescribe(device, offer(longest))).isTrue();
        assertThat(Manifest.canDescribe(device, offer(longest + "a"))).isFalse();
    }

    private static UploadOpen offer(String name) {
        return new UploadOpen(ID, 7, 1_000, TIME, false, "image/jpeg", name);
    }

    private static Manifest named(PeerName device, String name) {
        return new Manifest(device, ID, 7, name, "image/jpeg", 1_000, HASH, TIME, HASH);
    }

    @Test
    void refuses_values_out_of_range() {
        Bytes shortHash = HASH.slice(0, 31);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Manifest(new PeerName("a"), ID, 1, "a", "a/b", 0, shortHash, TIME, Manifest.NONE_BEFORE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Receipt(TIME.plusNanos(1), HASH, ID.value(), SessionId.NONE, TrustLevel.WXP2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Receipt(TIME, shortHash, ID.value(), SessionId.NONE, TrustLevel.WXP2));
    }

    @Test
    void never_escapes_its_exception() {
        Random random = new Random(14);
        for (String json : List.of(MANIFEST_JSON, RECEIPT_JSON)) {
            for (int round = 0; round < 20_000; round++) {
                byte[] changed = json.getBytes(StandardCharsets.UTF_8);
                for (int i = random.nextInt(4); i >= 0; i--) {
                    changed[random.nextInt(changed.length)] = (byte) (random.nextInt(96) + 32);
                }
                Bytes bytes = Bytes.of(changed);
                try {
                    assertThat(Manifest.decode(bytes).encode()).isEqualTo(bytes);
                } catch (MalformedEvidenceException e) {
                    assertThat(e).hasMessageNotContaining("\n");
                }
                try {
                    assertThat(Receipt.decode(bytes).encode()).isEqualTo(bytes);
                } catch (MalformedEvidenceException e) {
                    assertThat(e).hasMessageNotContaining("\n");
                }
            }
        }
    }

    private static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
