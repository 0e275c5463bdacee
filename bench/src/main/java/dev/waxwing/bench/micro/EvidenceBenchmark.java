package dev.waxwing.bench.micro;

import dev.waxwing.bench.pki.Authority;
import dev.waxwing.evidence.DetachedSignature;
import dev.waxwing.evidence.InvalidSignatureException;
import dev.waxwing.evidence.MalformedEvidenceException;
import dev.waxwing.evidence.Manifest;
import dev.waxwing.media.ItemId;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerName;
import dev.waxwing.trust.Role;
import dev.waxwing.wire.Bytes;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a device and a server do once for each upload: the manifest as canonical JSON, and its signature in CMS. */
@State(Scope.Thread)
public class EvidenceBenchmark {

    private Credential device;
    private Manifest manifest;
    private Bytes json;
    private Bytes signature;

    @Setup
    public void sign() {
        device = Authority.likeWaxwing().issue(Role.DEVICE, "bench-device");
        manifest = new Manifest(
                new PeerName("bench-device"),
                ItemId.fresh(new SecureRandom()),
                41,
                "photograph of the gate.jpg",
                "image/jpeg",
                2_345_678,
                Manifest.NONE_BEFORE,
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                Manifest.NONE_BEFORE);
        json = manifest.encode();
        signature = DetachedSignature.sign(json, device);
    }

    @Benchmark
    public Bytes manifestEncode() {
        return manifest.encode();
    }

    @Benchmark
    public Manifest manifestDecode() throws MalformedEvidenceException {
        return Manifest.decode(json);
    }

    @Benchmark
    public Bytes cmsSign() {
        return DetachedSignature.sign(json, device);
    }

    @Benchmark
    public void cmsVerify() throws InvalidSignatureException {
        DetachedSignature.verify(json, signature, device.certificate());
    }
}
