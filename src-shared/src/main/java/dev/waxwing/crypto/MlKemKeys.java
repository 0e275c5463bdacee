package dev.waxwing.crypto;

import dev.waxwing.wire.Bytes;
import javax.crypto.DecapsulateException;

/** A key pair of ML-KEM-768 (FIPS 203). Owned by one thread. */
public interface MlKemKeys extends AutoCloseable {

    /** Bytes of an encapsulation key. */
    int ENCAPSULATION_KEY = 1_184;

    /** Bytes of a ciphertext. */
    int CIPHERTEXT = 1_088;

    /** The encapsulation key, {@value #ENCAPSULATION_KEY} bytes. */
    Bytes encapsulationKey();

    /**
     * ML-KEM.Decaps of FIPS 203. A ciphertext that was altered gives another secret, and nobody is told (implicit rejection).
     *
     * @return the shared secret, 32 bytes
     * @throws DecapsulateException if the ciphertext has not {@value #CIPHERTEXT} bytes
     */
    Secret decapsulate(Bytes ciphertext) throws DecapsulateException;

    /** Wipes the decapsulation key, as far as the provider can. */
    @Override
    void close();
}
