package dev.waxwing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.classic.ClassicCertificateFuzz;
import dev.waxwing.classic.ClassicDeviceFuzz;
import dev.waxwing.classic.ClassicServerFuzz;
import dev.waxwing.enrollment.InviteFuzz;
import dev.waxwing.evidence.CanonicalJsonFuzz;
import dev.waxwing.evidence.DetachedSignatureFuzz;
import dev.waxwing.evidence.EvidenceBundleFuzz;
import dev.waxwing.handshake.DeviceHandshakeFuzz;
import dev.waxwing.handshake.HandshakeMessageFuzz;
import dev.waxwing.handshake.RekeyingFuzz;
import dev.waxwing.handshake.ServerHandshakeFuzz;
import dev.waxwing.media.ApplicationMessageFuzz;
import dev.waxwing.recordlayer.OpenerFuzz;
import dev.waxwing.recordlayer.RecordHeaderFuzz;
import dev.waxwing.trust.CertificateFuzz;
import dev.waxwing.trust.OcspFuzz;
import dev.waxwing.trust.RevocationListFuzz;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fuzz target of this module as a plain test; {@code mvn -Pfuzz} gives them to the fuzzer. */
class FuzzTargetsTest {

    static List<Class<?>> targets() {
        return List.of(
                RecordHeaderFuzz.class,
                OpenerFuzz.class,
                HandshakeMessageFuzz.class,
                DeviceHandshakeFuzz.class,
                ServerHandshakeFuzz.class,
                RekeyingFuzz.class,
                CertificateFuzz.class,
                OcspFuzz.class,
                RevocationListFuzz.class,
                InviteFuzz.class,
                ApplicationMessageFuzz.class,
                CanonicalJsonFuzz.class,
                DetachedSignatureFuzz.class,
                EvidenceBundleFuzz.class,
                ClassicCertificateFuzz.class,
                ClassicServerFuzz.class,
                ClassicDeviceFuzz.class);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void takes_or_refuses_its_seeds_and_what_becomes_of_them(Class<?> target) {
        Replay replay = Replay.of(target);
        assertThat(replay.run(40)).isEqualTo(replay.seeds() * 41).isPositive();
    }
}
