package dev.waxwing.server.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.server.admission.AdmissionProperties.Penalties;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {

    private static final InetAddress CAMERA = InetAddress.ofLiteral("192.0.2.7");
    private static final Penalties PENALTIES = new Penalties(
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofMinutes(10),
            Duration.ofSeconds(30));

    /** A clock that began long ago and is about to overflow, as this kind may. */
    private final AtomicLong now =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(1).toNanos());

    private final RandomGenerator random = new Random(20260601);

    private Gate gate(AdmissionProperties properties) {
        return new Gate(properties, random, now::get, 100);
    }

    private Gate gate() {
        return gate(properties(100, 100, 1_000, 10_000));
    }

    private static AdmissionProperties properties(int max, int earlyDropFrom, int perSource, int perSecond) {
        return new AdmissionProperties(
                max, earlyDropFrom, 30, perSource, perSecond, perSecond, List.of("127.0.0.0/8", "::1"), PENALTIES);
    }

    @Test
    void hears_no_more_strangers_than_three_quarters_and_no_more_of_anybody_than_all() {
        Gate gate = gate(properties(8, 100, 100, 100));
        knows(gate, CAMERA);
        for (int i = 0; i < 6; i++) {
            hear(gate, stranger(i));
        }
        assertThat(refusal(gate, stranger(6))).isEqualTo(Drop.EARLY);
        hear(gate, CAMERA);
        Place last = hear(gate, CAMERA);
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.FULL);
        assertThat(refusal(gate, InetAddress.ofLiteral("127.0.0.1"))).isEqualTo(Drop.FULL);
        last.close();
        hear(gate, CAMERA);
        assertThat(gate.dropped(Drop.FULL)).isEqualTo(2);
        assertThat(gate.unauthenticated()).isEqualTo(8);
    }

    @Test
    void drops_by_chance_a_part_that_grows_with_the_number_of_connections() {
        EarlyDrop drop = new EarlyDrop(10, 30, 110);
        assertThat(parts(drop, 9)).isZero();
        assertThat(parts(drop, 10)).isBetween(0.28, 0.32);
        assertThat(parts(drop, 60)).isBetween(0.63, 0.67);
        assertThat(parts(drop, 109)).isGreaterThan(0.97);
        assertThat(parts(drop, 110)).isEqualTo(1);
        assertThat(parts(drop, 1_000)).isEqualTo(1);
    }

    private double parts(EarlyDrop drop, int connections) {
        int dropped = 0;
        for (int i = 0; i < 10_000; i++) {
            dropped += drop.drops(connections, random) ? 1 : 0;
        }
        return dropped / 10_000.0;
    }

    @Test
    void a_source_from_which_a_device_came_is_not_dropped_by_chance() {
        Gate gate = gate(properties(1_000, 1, 1_000, 10_000));
        knows(gate, CAMERA);
        for (int i = 0; i < 500; i++) {
            hear(gate, CAMERA);
        }
        assertThat(gate.dropped(Drop.EARLY)).isZero();
    }

    @Test
    void one_source_has_only_so_many_connections_without_a_session() {
        Gate gate = gate(properties(100, 100, 3, 100));
        List<Place> places = List.of(hear(gate, CAMERA), hear(gate, CAMERA), hear(gate, CAMERA));
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.PER_SOURCE);
        hear(gate, stranger(1));
        places.getFirst().leave(Conduct.AUTHENTICATED);
        hear(gate, CAMERA);
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.PER_SOURCE);
    }

    @Test
    void a_place_is_left_once_however_often_it_is_closed() {
        Gate gate = gate();
        Place place = hear(gate, CAMERA);
        hear(gate, CAMERA);
        place.leave(Conduct.AUTHENTICATED);
        place.leave(Conduct.AUTH_FAILED);
        place.close();
        assertThat(gate.unauthenticated()).isEqualTo(1);
    }

    @Test
    void one_source_makes_only_so_many_connections_in_the_long_run() {
        Gate gate = gate(properties(100, 100, 100, 10));
        for (int i = 0; i < 10; i++) {
            hear(gate, CAMERA).close();
        }
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.RATE);
        hear(gate, stranger(1)).close();
        passes(Duration.ofMillis(200));
        hear(gate, CAMERA).close();
        hear(gate, CAMERA).close();
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.RATE);
        passes(Duration.ofHours(1));
        for (int i = 0; i < 10; i++) {
            hear(gate, CAMERA).close();
        }
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.RATE);
    }

    @Test
    void shuts_a_source_out_that_failed_three_times_until_its_penalty_has_passed() {
        Gate gate = gate();
        fail(gate, CAMERA, Conduct.AUTH_FAILED, 2);
        fail(gate, CAMERA, Conduct.PROTOCOL_ERROR, 1);
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.PENALISED);
        assertThat(gate.penalised()).isEqualTo(1);
        hear(gate, stranger(1)).close();

        passes(Duration.ofSeconds(14));
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.PENALISED);
        passes(Duration.ofSeconds(1));
        hear(gate, CAMERA).close();
        assertThat(gate.penalised()).isZero();
    }

    @Test
    void a_device_that_is_refused_now_and_then_is_never_shut_out() {
        Gate gate = gate();
        for (int i = 0; i < 1_000; i++) {
            fail(gate, CAMERA, Conduct.AUTH_FAILED, 1);
            passes(Duration.ofSeconds(5));
        }
    }

    @Test
    void attempts_while_shut_out_add_nothing() {
        Gate gate = gate();
        fail(gate, CAMERA, Conduct.NO_SHOW, 2);
        for (int i = 0; i < 20; i++) {
            assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.PENALISED);
            passes(Duration.ofSeconds(1));
        }
        hear(gate, CAMERA).close();
    }

    @Test
    void no_penalty_is_longer_than_the_longest() {
        Gate gate = gate();
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            places.add(hear(gate, CAMERA));
        }
        places.forEach(place -> place.leave(Conduct.NO_SHOW));
        passes(PENALTIES.max().minusSeconds(1));
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.PENALISED);
        passes(Duration.ofSeconds(1));
        hear(gate, CAMERA).close();
    }

    @Test
    void a_device_that_is_let_in_lifts_the_penalty_of_its_source() {
        Gate gate = gate();
        Place honest = hear(gate, CAMERA);
        fail(gate, CAMERA, Conduct.AUTH_FAILED, 3);
        assertThat(refusal(gate, CAMERA)).isEqualTo(Drop.PENALISED);
        honest.leave(Conduct.AUTHENTICATED);
        hear(gate, CAMERA).close();
    }

    @Test
    void four_of_five_connections_of_a_known_source_are_dropped_while_it_is_shut_out_half_a_minute_at_most() {
        Gate gate = gate(properties(1_000, 1_000, 1_000, 10_000));
        knows(gate, CAMERA);
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            places.add(hear(gate, CAMERA));
        }
        places.forEach(place -> place.leave(Conduct.NO_SHOW));
        assertThat(gate.penalised()).isEqualTo(1);
        int heard = 0;
        for (int i = 0; i < 1_000; i++) {
            if (gate.enter(CAMERA) instanceof Entry.Heard(Place place)) {
                heard++;
                place.close();
            }
        }
        assertThat(heard).isBetween(150, 250);
        assertThat(gate.dropped(Drop.PENALISED)).isEqualTo(1_000 - heard);
        passes(PENALTIES.maxKnown());
        assertThat(gate.penalised()).isZero();
        hear(gate, CAMERA).close();
    }

    @Test
    void a_neighbour_who_breaks_the_protocol_whenever_he_is_heard_does_not_keep_a_device_out() {
        Gate gate = gate(properties(256, 64, 32, 100));
        knows(gate, CAMERA);
        int tries = 0;
        int heard = 0;
        int inVain = 0;
        for (int tick = 0; tick < 3_600 * 20; tick++) {
            passes(Duration.ofMillis(50));
            while (gate.enter(CAMERA) instanceof Entry.Heard(Place place)) {
                place.leave(Conduct.PROTOCOL_ERROR);
            }
            if (tick % 100 == 0) {
                tries++;
                inVain++;
                if (gate.enter(CAMERA) instanceof Entry.Heard(Place place)) {
                    heard++;
                    inVain = 0;
                    place.leave(Conduct.AUTHENTICATED);
                }
            }
            assertThat(inVain).isLessThan(60);
        }
        assertThat(heard).isGreaterThan(tries / 10);
    }

    @ParameterizedTest
    @EnumSource(
            value = Conduct.class,
            names = {"AUTHENTICATED", "BLAMELESS"})
    void nobody_is_punished_for_what_is_no_fault(Conduct conduct) {
        Gate gate = gate();
        fail(gate, CAMERA, conduct, 90);
        hear(gate, CAMERA).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1"})
    void nothing_that_is_counted_by_source_applies_to_an_exempt_one(String address) {
        Gate gate = gate(properties(1_000, 1_000, 1, 1));
        InetAddress exempt = InetAddress.ofLiteral(address);
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < 750; i++) {
            places.add(hear(gate, exempt));
        }
        places.forEach(place -> place.leave(Conduct.AUTH_FAILED));
        hear(gate, exempt).close();
        assertThat(gate.penalised()).isZero();
        assertThat(gate.remembered()).isZero();
    }

    @Test
    void the_last_quarter_of_the_places_is_not_for_strangers_behind_an_exempt_source_either() {
        Gate gate = gate(properties(8, 100, 100, 100));
        InetAddress exempt = InetAddress.ofLiteral("127.0.0.1");
        knows(gate, CAMERA);
        Place first = hear(gate, exempt);
        for (int i = 1; i < 6; i++) {
            hear(gate, exempt);
        }
        assertThat(refusal(gate, exempt)).isEqualTo(Drop.EARLY);
        hear(gate, CAMERA);
        first.leave(Conduct.AUTHENTICATED);
        // From now on it is a known one.
        hear(gate, exempt);
        hear(gate, exempt);
        assertThat(refusal(gate, exempt)).isEqualTo(Drop.FULL);
    }

    @Test
    void remembers_a_bounded_number_of_sources_and_those_of_devices_beside_them() {
        Gate gate = gate(properties(1_000, 1_000, 1_000, 1_000));
        fail(gate, CAMERA, Conduct.AUTH_FAILED, 3);
        InetAddress honest = InetAddress.ofLiteral("198.51.100.9");
        knows(gate, honest);
        Place held = hear(gate, stranger(60_000));
        for (int i = 0; i < 5_000; i++) {
            hear(gate, stranger(i)).close();
        }
        assertThat(gate.remembered()).isEqualTo(101);
        // Forgotten, and heard again; whoever holds a connection is not forgotten, or the count would be wrong.
        hear(gate, CAMERA).close();
        held.leave(Conduct.NO_SHOW);
        assertThat(gate.unauthenticated()).isZero();
        assertThat(gate.penalised()).isZero();
    }

    @Test
    void counts_all_addresses_of_a_64_bit_prefix_as_one_source() {
        Gate gate = gate();
        fail(gate, InetAddress.ofLiteral("2001:db8:1:2::1"), Conduct.NO_SHOW, 1);
        fail(gate, InetAddress.ofLiteral("2001:db8:1:2:ffff::2"), Conduct.NO_SHOW, 1);
        assertThat(refusal(gate, InetAddress.ofLiteral("2001:db8:1:2:3:4:5:6"))).isEqualTo(Drop.PENALISED);
        hear(gate, InetAddress.ofLiteral("2001:db8:1:3::1")).close();
    }

    private void passes(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static InetAddress stranger(int number) {
        return InetAddress.ofLiteral("10.1." + number / 256 + "." + number % 256);
    }

    private static Place hear(Gate gate, InetAddress address) {
        Entry entry = gate.enter(address);
        assertThat(entry).isInstanceOf(Entry.Heard.class);
        return ((Entry.Heard) entry).place();
    }

    private static Drop refusal(Gate gate, InetAddress address) {
        Entry entry = gate.enter(address);
        assertThat(entry).isInstanceOf(Entry.Dropped.class);
        return ((Entry.Dropped) entry).reason();
    }

    private static void fail(Gate gate, InetAddress address, Conduct conduct, int times) {
        for (int i = 0; i < times; i++) {
            hear(gate, address).leave(conduct);
        }
    }

    private static void knows(Gate gate, InetAddress address) {
        hear(gate, address).leave(Conduct.AUTHENTICATED);
    }
}
