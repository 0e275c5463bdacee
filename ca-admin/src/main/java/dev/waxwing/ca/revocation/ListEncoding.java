package dev.waxwing.ca.revocation;

import dev.waxwing.ca.inventory.RevokedEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.operator.ContentSigner;

/**
 * The bytes of a revocation list (RFC 5280 section 5.1), each entry encoded as it comes: a hundred thousand of them are a few
 * megabytes as bytes, and many times that as objects. Used by one thread.
 */
final class ListEncoding {

    private static final ASN1Integer V2 = new ASN1Integer(1);
    private static final int SEQUENCE = 0x30;

    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();

    /** Adds a certificate. */
    void add(RevokedEntry revoked) {
        ASN1EncodableVector entry = new ASN1EncodableVector(3);
        entry.add(new ASN1Integer(revoked.serialNumber().value()));
        entry.add(new Time(Date.from(revoked.revokedAt())));
        // Code 0 leaves the reason out, as section 5.3.1 asks.
        if (revoked.reason().code() != CRLReason.unspecified) {
            CRLReason reason = CRLReason.lookup(revoked.reason().code());
            entry.add(new Extensions(new Extension(Extension.reasonCode, false, der(reason))));
        }
        entries.writeBytes(der(new DERSequence(entry)));
    }

    /** SHA-256 of all entries: the same for the same entries in the same order. */
    byte[] fingerprint() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(entries.toByteArray());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The whole list, signed. */
    byte[] sign(X500Name issuer, Instant thisUpdate, Instant nextUpdate, Extensions extensions, ContentSigner signer) {
        byte[] algorithm = der(signer.getAlgorithmIdentifier());
        byte[] content = sequence(
                der(V2),
                algorithm,
                der(issuer),
                der(new Time(Date.from(thisUpdate))),
                der(new Time(Date.from(nextUpdate))),
                // Without entries there must be no list of them.
                entries.size() == 0 ? new byte[0] : sequence(entries.toByteArray()),
                der(new DERTaggedObject(0, extensions)));
        feed(signer, content);
        return sequence(content, algorithm, der(new DERBitString(signer.getSignature())));
    }

    private static void feed(ContentSigner signer, byte[] content) {
        try (OutputStream signed = signer.getOutputStream()) {
            signed.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] der(ASN1Encodable value) {
        try {
            return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A header, whose length is in its shortest form (X.690 section 10.1), and what follows it. */
    private static byte[] sequence(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(SEQUENCE);
        if (length < 0x80) {
            out.write(length);
        } else {
            byte[] octets = BigInteger.valueOf(length).toByteArray();
            int zeros = octets[0] == 0 ? 1 : 0;
            out.write(0x80 | octets.length - zeros);
            out.write(octets, zeros, octets.length - zeros);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
