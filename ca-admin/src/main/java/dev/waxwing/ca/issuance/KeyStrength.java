package dev.waxwing.ca.issuance;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.jspecify.annotations.Nullable;

/** Which public keys are certified (docs/protocol.md, section 7.1), and the cheap tests for those that are known to be broken. */
final class KeyStrength {

    private static final Set<ASN1ObjectIdentifier> CURVES =
            Set.of(SECObjectIdentifiers.secp256r1, SECObjectIdentifiers.secp384r1);
    private static final int RSA_MIN_BITS = 2048;
    private static final int RSA_MAX_BITS = 4096;
    private static final BigInteger EXPONENT_MIN = BigInteger.valueOf(65537);
    private static final int EXPONENT_MAX_BITS = 64;
    private static final int FERMAT_ROUNDS = 100;
    private static final List<Integer> SMALL_PRIMES = primesBelow(752);
    private static final BigInteger PRIMORIAL =
            SMALL_PRIMES.stream().map(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);

    /** Keys of the ROCA flaw (CVE-2017-15361) are powers of 65537 modulo each of these. */
    private static final List<Integer> ROCA_PRIMES =
            SMALL_PRIMES.stream().filter(prime -> prime > 2 && prime <= 167).toList();

    private static final BigInteger ROCA_GENERATOR = BigInteger.valueOf(65537);

    private KeyStrength() {}

    /** Why the key is not certified, or null when it may be. */
    static @Nullable RequestFault fault(SubjectPublicKeyInfo info) {
        ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
        if (X9ObjectIdentifiers.id_ecPublicKey.equals(algorithm)) {
            return ellipticCurve(info);
        }
        return PKCSObjectIdentifiers.rsaEncryption.equals(algorithm) ? rsa(info) : RequestFault.KEY_TYPE;
    }

    private static @Nullable RequestFault ellipticCurve(SubjectPublicKeyInfo info) {
        // Curve parameters spelled out, instead of a curve's name, are how forged curves come in (CVE-2020-0601).
        if (!(info.getAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve) || !CURVES.contains(curve)) {
            return RequestFault.KEY_TYPE;
        }
        byte[] point = info.getPublicKeyData().getOctets();
        if (point.length == 0 || point[0] != 0x04) {
            return RequestFault.KEY_TYPE;
        }
        try {
            var key = (ECPublicKeyParameters) PublicKeyFactory.createKey(info);
            return key.getQ().isValid() ? null : RequestFault.WEAK_KEY;
        } catch (IOException | RuntimeException e) {
            return RequestFault.WEAK_KEY; // Not a point of the curve.
        }
    }

    private static @Nullable RequestFault rsa(SubjectPublicKeyInfo info) {
        if (!DERNull.INSTANCE.equals(info.getAlgorithm().getParameters())) {
            return RequestFault.MALFORMED; // RFC 3279 section 2.3.1: the parameters must be NULL.
        }
        RSAPublicKey key;
        try {
            key = RSAPublicKey.getInstance(info.parsePublicKey());
        } catch (IOException e) {
            return RequestFault.MALFORMED;
        }
        return soundExponent(key.getPublicExponent()) && soundModulus(key.getModulus()) ? null : RequestFault.WEAK_KEY;
    }

    private static boolean soundExponent(BigInteger exponent) {
        return exponent.testBit(0)
                && exponent.compareTo(EXPONENT_MIN) >= 0
                && exponent.bitLength() <= EXPONENT_MAX_BITS;
    }

    private static boolean soundModulus(BigInteger modulus) {
        return modulus.signum() > 0
                && modulus.bitLength() >= RSA_MIN_BITS
                && modulus.bitLength() <= RSA_MAX_BITS
                && modulus.gcd(PRIMORIAL).equals(BigInteger.ONE)
                && !roca(modulus)
                && !closePrimes(modulus);
    }

    /** Whether the modulus has the fingerprint of CVE-2017-15361; a good key has it by chance once in 10^8 or less. */
    static boolean roca(BigInteger modulus) {
        return ROCA_PRIMES.stream().allMatch(prime -> isPowerOfGenerator(modulus, prime));
    }

    private static boolean isPowerOfGenerator(BigInteger modulus, int prime) {
        BigInteger p = BigInteger.valueOf(prime);
        BigInteger residue = modulus.mod(p);
        BigInteger power = BigInteger.ONE;
        for (int i = 0; i < prime; i++) {
            if (power.equals(residue)) {
                return true;
            }
            power = power.multiply(ROCA_GENERATOR).mod(p);
        }
        return false;
    }

    /** Fermat's factorisation: finds in a few rounds primes that were chosen next to each other (CVE-2022-26320). */
    private static boolean closePrimes(BigInteger modulus) {
        BigInteger a = modulus.sqrt();
        if (a.multiply(a).equals(modulus)) {
            return true;
        }
        for (int i = 0; i < FERMAT_ROUNDS; i++) {
            a = a.add(BigInteger.ONE);
            BigInteger[] root = a.multiply(a).subtract(modulus).sqrtAndRemainder();
            if (root[1].signum() == 0) {
                return true;
            }
        }
        return false;
    }

    private static List<Integer> primesBelow(int limit) {
        List<Integer> primes = new ArrayList<>();
        IntStream.range(2, limit)
                .filter(n -> primes.stream().noneMatch(prime -> n % prime == 0))
                .forEach(primes::add);
        return List.copyOf(primes);
    }
}
