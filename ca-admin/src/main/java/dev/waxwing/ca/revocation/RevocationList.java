package dev.waxwing.ca.revocation;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.cert.X509CRLEntryHolder;
import org.bouncycastle.cert.X509CRLHolder;

/** A signed revocation list (RFC 5280 section 5). Immutable. */
public final class RevocationList {

    private final AuthorityId issuer;
    private final byte[] der;
    private final Bytes encoded;
    private final long number;
    private final Instant thisUpdate;
    private final Instant nextUpdate;

    RevocationList(AuthorityId issuer, byte[] der, long number, Instant thisUpdate, Instant nextUpdate) {
        this.issuer = issuer;
        this.der = der;
        this.encoded = Bytes.of(der);
        this.number = number;
        this.thisUpdate = thisUpdate;
        this.nextUpdate = nextUpdate;
    }

    /** Whose list it is. */
    public AuthorityId issuer() {
        return issuer;
    }

    /** The encoding. Shared, not copied, because lists can be large: not to be written to. */
    public byte[] der() {
        return der;
    }

    /** The encoding, as a value. The same object each time, so that whoever has seen it need not look at it again. */
    public Bytes encoded() {
        return encoded;
    }

    /** The CRL number, greater than that of every list of this issuer before. */
    public long number() {
        return number;
    }

    /** What it names. Parses the list for this call. */
    Set<BigInteger> revokedSerialNumbers() {
        try {
            Set<BigInteger> named = new HashSet<>();
            for (Object entry : new X509CRLHolder(der).getRevokedCertificates()) {
                named.add(((X509CRLEntryHolder) entry).getSerialNumber());
            }
            return named;
        } catch (IOException e) {
            throw new UncheckedIOException("a signed revocation list cannot be read", e);
        }
    }

    /** When it was made. */
    public Instant thisUpdate() {
        return thisUpdate;
    }

    /** When it lapses. */
    public Instant nextUpdate() {
        return nextUpdate;
    }
}
