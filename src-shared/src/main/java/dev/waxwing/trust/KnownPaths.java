package dev.waxwing.trust;

import dev.waxwing.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Certificate paths that held. Whether certificates belong together under these anchors follows from their bytes alone, but for their
 * times, which are looked at elsewhere, each time, and for algorithms that the Java runtime is told to refuse from some day on. So
 * what held counts for the day.
 *
 * <p>Any thread may call. The lock guards what is remembered, and is not held while a path is validated.
 */
final class KnownPaths {

    /** Paths that are remembered; each takes about 150 bytes. */
    private static final int REMEMBERED = 4_096;

    private static final long SECONDS_OF_A_DAY = 86_400;

    private final Map<Bytes, X509Certificate> anchors = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, X509Certificate> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** SHA-256 over the day and all certificates, each behind its length, with the number of those of the chain before them. */
    static Bytes fingerprint(List<X509Certificate> chain, List<X509Certificate> anchors, Instant at) {
        MessageDigest digest = sha256();
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
        digest.update(number.putLong(Math.floorDiv(at.getEpochSecond(), SECONDS_OF_A_DAY))
                .flip());
        digest.update(number.clear().putLong(chain.size()).flip());
        for (List<X509Certificate> part : List.of(chain, anchors)) {
            for (X509Certificate certificate : part) {
                Bytes encoded = Certificates.encode(certificate);
                digest.update(number.clear().putLong(encoded.size()).flip());
                encoded.addTo(digest);
            }
        }
        return Bytes.of(digest.digest());
    }

    /** The anchor of a path that held. */
    Optional<X509Certificate> anchorOf(Bytes fingerprint) {
        synchronized (anchors) {
            return Optional.ofNullable(anchors.get(fingerprint));
        }
    }

    void remember(Bytes fingerprint, X509Certificate anchor) {
        synchronized (anchors) {
            anchors.put(fingerprint, anchor);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
