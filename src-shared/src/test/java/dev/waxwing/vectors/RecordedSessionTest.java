package dev.waxwing.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.crypto.Suite;
import dev.waxwing.vectors.RecordedSession.End;
import dev.waxwing.vectors.RecordedSession.Outcome;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Writer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What somebody on the way can do to a whole session, record by record and bit by bit (protocol sections 3, 8 and 11). Both
 * ends run in memory, each against a changed recording of the other. {@code mvn -Pexhaustive} tries every bit and every
 * place; the default build tries every bit under a key of the default suite on the record layer, and of all else a sample that is
 * the same every time.
 */
@Timeout(1_800)
class RecordedSessionTest {

    private static final boolean EXHAUSTIVE = Boolean.getBoolean("exhaustive");

    /** An alert's 32 bytes and content type behind a header: plain, with a tag, and as the composed suite fills it. */
    private static final Set<Integer> ALERTS = Set.of(8 + 33, 8 + 33 + 16, 8 + 16 + 48 + 32);

    /** What a server may answer to a ClientHello that was changed. */
    private static final Set<End> REFUSALS = EnumSet.of(End.PROTOCOL_ERROR, End.AUTH_FAILED);

    /** One direction of the session: what was said, and the end that hears it. */
    private record Hearing(boolean atServer, RecordedSession session, List<Bytes> records, List<Bytes> contents) {

        static List<Hearing> both(Suite suite) throws Exception {
            RecordedSession session = RecordedSession.of(suite);
            return List.of(
                    new Hearing(true, session, session.fromDevice, session.toServer),
                    new Hearing(false, session, session.fromServer, session.toDevice));
        }

        Outcome of(List<Bytes> changed) throws Exception {
            return of(RecordedSession.stream(changed), Integer.MAX_VALUE);
        }

        Outcome of(Bytes stream, int atOnce) throws Exception {
            return atServer ? session.atServer(stream, atOnce) : session.atDevice(stream, atOnce);
        }

        Bytes stream() {
            return RecordedSession.stream(records);
        }

        /** What the application has got when all records before this one have come. */
        List<Bytes> contentsBefore(int record) {
            long taken = records.subList(0, record).stream()
                    .filter(session.applicationRecords::contains)
                    .count();
            return contents.subList(0, (int) taken);
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void an_untouched_session_ends_with_close(Suite suite) throws Exception {
        for (Hearing hearing : Hearing.both(suite)) {
            Outcome outcome = hearing.of(hearing.records());
            assertThat(outcome.end()).isEqualTo(End.CLOSED);
            assertThat(outcome.contents()).isEqualTo(hearing.contents()).hasSize(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void delivery_byte_by_byte_changes_nothing(Suite suite) throws Exception {
        for (Hearing hearing : Hearing.both(suite)) {
            Outcome whole = hearing.of(hearing.records());
            for (int atOnce : new int[] {1, 2, 3, 7, 8, 9, 1_000}) {
                Outcome outcome = hearing.of(hearing.stream(), atOnce);
                assertThat(outcome.end()).isEqualTo(whole.end());
                assertThat(outcome.contents()).isEqualTo(whole.contents());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void no_record_opens_with_a_bit_flipped(Suite suite) throws Exception {
        for (Hearing hearing : Hearing.both(suite)) {
            Ear ear = hearing.session().ear(hearing.atServer());
            // The mandatory suite completely in every build.
            int step = EXHAUSTIVE || suite == Suite.AES_256_GCM_SHA384 ? 1 : 5;
            int flips = 0;
            int expected = 0;
            for (Bytes record : hearing.records()) {
                if (ear.epoch() > 0) {
                    expected += Math.ceilDiv(8 * record.size(), step);
                    flips += refusedFlips(ear, record, step);
                }
                // None of them has moved anything: the genuine record is still the next one.
                ear.hear(record);
            }
            assertThat(flips).isEqualTo(expected).isGreaterThan(20_000 / step);
        }
    }

    private static int refusedFlips(Ear ear, Bytes record, int step) {
        int refused = 0;
        for (int bit = 0; bit < 8 * record.size(); bit += step) {
            try {
                throw new AssertionError(
                        "taken for " + ear.open(flip(record, bit).toArray()) + " with bit " + bit);
            } catch (ProtocolException e) {
                refused += e.code() == AlertCode.PROTOCOL_ERROR ? 1 : 0;
            }
        }
        return refused;
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_client_hello_with_a_bit_flipped_never_becomes_a_session(Suite suite) throws Exception {
        Hearing server = Hearing.both(suite).getFirst();
        Bytes hello = server.records().getFirst();
        Map<End, Integer> ends = new EnumMap<>(End.class);
        for (int bit : bits(hello, suite)) {
            Outcome atServer = server.of(flip(hello, bit), Integer.MAX_VALUE);
            assertThat(atServer.connected()).isFalse();
            ends.merge(atServer.end(), 1, Integer::sum);
            if (atServer.end() == End.TRUNCATED && atServer.written().size() > 0) {
                // The server has answered what it got; the device sees that this is not what it said.
                assertThat(server.session().atDevice(atServer.written()).end())
                        .describedAs("bit " + bit)
                        .isIn(REFUSALS);
            } else if (atServer.end() == End.TRUNCATED) {
                assertThat(bit).describedAs("a longer record than what came").isBetween(40, 63);
            } else if (atServer.end() != End.SILENCE) {
                assertThat(records(atServer.written()))
                        .describedAs("one plain alert")
                        .singleElement();
            }
        }
        assertThat(ends.get(End.SILENCE)).isEqualTo(EXHAUSTIVE ? 8 : 1);
        assertThat(ends.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(bits(hello, suite).length);
        assertThat(ends.keySet())
                .containsExactlyInAnyOrder(End.SILENCE, End.TRUNCATED, End.PROTOCOL_ERROR, End.UNSUPPORTED);
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_server_hello_with_a_bit_flipped_never_becomes_a_session(Suite suite) throws Exception {
        Hearing device = Hearing.both(suite).getLast();
        Bytes hello = device.records().getFirst();
        Bytes rest = RecordedSession.stream(
                device.records().subList(1, device.records().size()));
        int refused = 0;
        for (int bit : bits(hello, suite)) {
            Bytes flipped = flip(hello, bit);
            Outcome outcome = device.of(Bytes.concat(flipped, rest), Integer.MAX_VALUE);
            assertThat(outcome.connected()).isFalse();
            refused++;
            if (promisesMore(flipped, rest.size()) && outcome.end() == End.TRUNCATED) {
                continue;
            }
            assertThat(outcome.end()).describedAs("bit " + bit).isEqualTo(End.PROTOCOL_ERROR);
            assertThat(records(outcome.written()))
                    .describedAs("ClientHello and one alert")
                    .hasSize(2);
        }
        assertThat(refused).isEqualTo(bits(hello, suite).length).isGreaterThan(250);
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_flipped_bit_ends_the_session_with_one_alert_and_nothing_of_its_record(Suite suite) throws Exception {
        for (Hearing hearing : Hearing.both(suite)) {
            for (int victim = 1; victim < hearing.records().size(); victim++) {
                Bytes record = hearing.records().get(victim);
                for (int bit = 0; bit < 8 * record.size(); bit += EXHAUSTIVE ? 1 : 8 * 13 + 3) {
                    List<Bytes> changed = new ArrayList<>(hearing.records());
                    changed.set(victim, flip(record, bit));
                    Outcome outcome = hearing.of(changed);
                    int following = RecordedSession.stream(changed.subList(victim + 1, changed.size()))
                            .size();
                    if (promisesMore(changed.get(victim), following) && outcome.end() == End.TRUNCATED) {
                        assertThat(outcome.contents()).isEqualTo(hearing.contentsBefore(victim));
                        continue;
                    }
                    assertRefused(hearing, outcome, victim, "record " + victim + ", bit " + bit);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_stream_that_is_cut_off_anywhere_never_ends_normally(Suite suite) throws Exception {
        for (Hearing hearing : Hearing.both(suite)) {
            Bytes stream = hearing.stream();
            Set<Integer> boundaries = new HashSet<>(List.of(0));
            int sum = 0;
            for (Bytes record : hearing.records()) {
                sum += record.size();
                boundaries.addAll(List.of(sum - 1, sum, Math.min(sum + 1, stream.size()), sum - record.size() + 8));
            }
            for (int length = 0; length < stream.size(); length++) {
                if (!EXHAUSTIVE && length % 23 != 0 && !boundaries.contains(length)) {
                    continue;
                }
                Outcome outcome = hearing.of(stream.slice(0, length), Integer.MAX_VALUE);
                assertThat(outcome.end()).describedAs("cut after " + length).isEqualTo(End.TRUNCATED);
                assertThat(outcome.contents())
                        .isEqualTo(
                                hearing.contents().subList(0, outcome.contents().size()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void no_record_can_be_dropped_doubled_or_swapped_with_the_next(Suite suite) throws Exception {
        for (Hearing hearing : Hearing.both(suite)) {
            int last = hearing.records().size() - 1;
            for (int victim = 0; victim <= last; victim++) {
                List<Bytes> dropped = new ArrayList<>(hearing.records());
                dropped.remove(victim);
                List<Bytes> doubled = new ArrayList<>(hearing.records());
                doubled.add(victim, doubled.get(victim));
                if (victim == last) {
                    assertThat(hearing.of(dropped).end()).isEqualTo(End.TRUNCATED);
                    // Nobody reads behind a close.
                    assertThat(hearing.of(doubled).contents()).isEqualTo(hearing.contents());
                    continue;
                }
                List<Bytes> swapped = new ArrayList<>(hearing.records());
                Collections.swap(swapped, victim, victim + 1);
                assertRefused(hearing, hearing.of(dropped), victim, "dropped " + victim);
                assertRefused(hearing, hearing.of(doubled), victim + 1, "doubled " + victim);
                assertRefused(hearing, hearing.of(swapped), victim, "swapped " + victim);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void nothing_can_be_put_between_two_records(Suite suite) throws Exception {
        List<Bytes> forgeries = List.of(
                // Plain: handshake of a type that nobody knows, a ping, an empty handshake, a message of an ignored
                // kind.
                plain("7f00000001"),
                plain("000000000000000005"),
                plain("01"),
                // Protected, of each epoch, with a tag of zeros.
                Bytes.fromHex("d502000001000011" + "00".repeat(17)),
                Bytes.fromHex("d502000002000011" + "00".repeat(17)),
                Bytes.fromHex("d502000003000011" + "00".repeat(17)));
        for (Hearing hearing : Hearing.both(suite)) {
            for (int place = 0; place < hearing.records().size(); place++) {
                for (Bytes forgery : forgeries) {
                    List<Bytes> changed = new ArrayList<>(hearing.records());
                    changed.add(place, forgery);
                    assertRefused(hearing, hearing.of(changed), place, forgery + " before record " + place);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void a_forged_alert_can_only_end_a_handshake_that_has_no_keys_yet(Suite suite) throws Exception {
        Bytes alert = plain("01" + "00".repeat(31) + "03");
        for (Hearing hearing : Hearing.both(suite)) {
            for (int place = 0; place < hearing.records().size(); place++) {
                List<Bytes> changed = new ArrayList<>(hearing.records());
                changed.add(place, alert);
                Outcome outcome = hearing.of(changed);
                // Before keys anybody can; and the server may still hear a plain alert in the place of the first record
                // under a key (section 3.4).
                if (place == 0 || hearing.atServer() && place == 1) {
                    assertThat(outcome.end()).isEqualTo(End.ALERTED);
                    assertThat(outcome.connected()).isFalse();
                } else {
                    assertRefused(hearing, outcome, place, "before record " + place);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Suite.class)
    void an_end_that_hears_itself_or_another_of_its_kind_refuses(Suite suite) throws Exception {
        List<Hearing> both = Hearing.both(suite);
        Hearing server = both.getFirst();
        Hearing device = both.getLast();
        assertThat(server.of(device.records()).end()).isEqualTo(End.PROTOCOL_ERROR);
        assertThat(device.of(server.records()).end()).isEqualTo(End.PROTOCOL_ERROR);
        for (Hearing hearing : both) {
            List<Bytes> own = (hearing == server ? device : server).records();
            for (int place = 0; place < hearing.records().size(); place++) {
                for (int which = 0; which < own.size(); which++) {
                    List<Bytes> changed = new ArrayList<>(hearing.records());
                    changed.set(place, own.get(which));
                    assertRefused(
                            hearing, hearing.of(changed), place, "its own record " + which + " instead of " + place);
                }
            }
        }
    }

    @Test
    void no_record_of_one_session_is_taken_in_another() throws Exception {
        List<List<Hearing>> sessions = new ArrayList<>();
        for (Suite suite : Suite.values()) {
            sessions.add(Hearing.both(suite));
        }
        for (int one = 0; one < sessions.size(); one++) {
            for (int other = 0; other < sessions.size(); other++) {
                boolean wanted = EXHAUSTIVE ? one != other : other == (one + 1) % sessions.size();
                for (int direction = 0; wanted && direction < 2; direction++) {
                    Hearing here = sessions.get(one).get(direction);
                    List<Bytes> there = sessions.get(other).get(direction).records();
                    for (int place = 1; place < here.records().size(); place++) {
                        List<Bytes> changed = new ArrayList<>(here.records());
                        changed.set(place, there.get(place));
                        assertRefused(here, here.of(changed), place, "record " + place + " of another session");
                        List<Bytes> spliced = new ArrayList<>(here.records().subList(0, place));
                        spliced.addAll(there.subList(place, there.size()));
                        assertRefused(here, here.of(spliced), place, "another session from record " + place + " on");
                    }
                }
            }
        }
    }

    /** One alert, which is protocol_error, behind what an honest run had written, and nothing of the record or after it. */
    private static void assertRefused(Hearing hearing, Outcome outcome, int victim, String what) {
        assertThat(outcome.end()).describedAs(what).isEqualTo(End.PROTOCOL_ERROR);
        // Two records of handshake from the device, three from the server, then the contents.
        int first = hearing.atServer() ? 2 : 3;
        assertThat(outcome.connected()).describedAs(what).isEqualTo(victim >= first);
        assertThat(outcome.contents()).describedAs(what).isEqualTo(hearing.contentsBefore(victim));
        List<Bytes> written = records(outcome.written());
        assertThat(written.stream().filter(RecordedSessionTest::hasTheSizeOfAnAlert))
                .describedAs(what)
                .hasSize(1)
                .first()
                .isEqualTo(written.getLast());
    }

    /** Whether the header says that more belongs to this record than there is: the receiver waits for it. */
    private static boolean promisesMore(Bytes record, int following) {
        return (record.asByteBuffer().getInt(4) & 0xFF_FFFF) > record.size() - 8 + following;
    }

    private static boolean hasTheSizeOfAnAlert(Bytes record) {
        return ALERTS.contains(record.size());
    }

    private static List<Bytes> records(Bytes stream) {
        List<Bytes> records = new ArrayList<>();
        int at = 0;
        while (at < stream.size()) {
            ByteBuffer header = stream.asByteBuffer();
            int end = at + 8 + (header.getInt(at + 4) & 0xFF_FFFF);
            records.add(stream.slice(at, end));
            at = end;
        }
        return records;
    }

    /** All, or one of every byte, or for suites that are not the default one of every fourth. */
    private static int[] bits(Bytes record, Suite suite) {
        int step = suite == Suite.AES_256_GCM_SHA384 ? 1 : 4;
        return EXHAUSTIVE
                ? IntStream.range(0, 8 * record.size()).toArray()
                : IntStream.iterate(0, at -> at < record.size(), at -> at + step)
                        .map(at -> 8 * at + at / step % 8)
                        .toArray();
    }

    /** The record with one bit flipped, counted from its first byte's highest. */
    private static Bytes flip(Bytes record, int bit) {
        byte[] bytes = record.toArray();
        bytes[bit / 8] ^= (byte) (0x80 >> bit % 8);
        return Bytes.of(bytes);
    }

    private static Bytes plain(String inner) {
        Bytes payload = Bytes.fromHex(inner);
        return Writer.growing().u8(0xD5).u8(1).u24(0).vec24(payload).toBytes();
    }
}
