package dev.waxwing.classic;

import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;

/**
 * Turns connections into classic sessions, as the server (docs/classic.md, "Handshake"). It keeps no state between them.
 * Immutable; one for each listener, used by many threads.
 */
public final class ClassicServer {

    private final ClassicCredential credential;
    private final RSAPublicKey authority;
    private final ClassicLimits limits;
    private final SecureRandom random;

    /** @param authority whose signature makes a device's certificate */
    public ClassicServer(
            ClassicCredential credential, RSAPublicKey authority, ClassicLimits limits, SecureRandom random) {
        this.credential = credential;
        this.authority = authority;
        this.limits = limits;
        this.random = random;
    }

    /**
     * Runs the handshake. The order of its messages is the order of these lines, and nothing else is read.
     *
     * <p>Reading and writing have no time limit of their own: the caller closes the connection when its time is over, and
     * closes it after any exception without another byte, so that all refusals look alike.
     *
     * @param in from the first byte of the protocol on; a byte that was looked at before has to be put back
     * @param out each write goes to the network as it is: without Nagle's algorithm and without a buffer
     * @throws ProtocolException if the peer was refused, with the reason for the own audit log
     * @throws dev.waxwing.wire.TruncatedException if the stream ended
     * @throws IOException if the connection broke
     */
    public ClassicServerSession accept(InputStream in, OutputStream out, ClassicGate gate)
            throws IOException, ProtocolException {
        Wire wire = new Wire(in, out);
        wire.expect(Header.HELO);
        ClassicCertificate device = ClassicCertificate.parse(wire.block(1, ClassicCertificate.MAX_SIZE));
        wire.acknowledge(Acknowledgement.CERT_RECEIVED, device.publicKey());
        Bytes deviceNonce = wire.nonce();
        admit(device, deviceNonce, gate);
        wire.acknowledge(Acknowledgement.HELLO_RECEIVED, device.publicKey());
        wire.send(Header.HELO, credential.certificate().encode().toArray());
        require(Acknowledgement.CERT_RECEIVED, wire, gate);
        Bytes serverNonce = nonce();
        wire.send(serverNonce.toArray());
        require(Acknowledgement.NONCE_RECEIVED, wire, gate);
        wire.expect(Header.PREM);
        byte[] preMaster = preMaster(wire.block(Rsa.SIZE, Rsa.SIZE), gate);
        SessionKeys keys = SessionKeys.derive(preMaster, deviceNonce, serverNonce);
        try {
            wire.acknowledge(Acknowledgement.PREM_RECEIVED, device.publicKey());
        } catch (IOException | RuntimeException e) {
            keys.close();
            throw e;
        }
        return new ClassicServerSession(wire, device, deviceNonce, keys, limits);
    }

    private void admit(ClassicCertificate device, Bytes nonce, ClassicGate gate) throws ProtocolException, IOException {
        if (!device.verifiedBy(authority)) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, "a certificate that this authority did not sign");
        }
        if (device.publicKey().equals(credential.certificate().publicKey())) {
            throw new ProtocolException(AlertCode.AUTH_FAILED, "the server's own key as a device's");
        }
        gate.admit(device, nonce);
    }

    private void require(Acknowledgement expected, Wire wire, ClassicGate gate) throws IOException, ProtocolException {
        byte[] ciphertext = wire.acknowledgement();
        try (var _ = gate.privateKey()) {
            if (!Wire.says(expected, ciphertext, credential.privateKey())) {
                throw ProtocolException.malformed("an acknowledgement that is not " + expected);
            }
        }
    }

    /**
     * A ciphertext that cannot be opened gives keys that nobody has: its session goes on, and fails at its first record
     * like any other with a wrong MAC. So nobody learns whether a ciphertext of his making can be opened.
     */
    private byte[] preMaster(byte[] ciphertext, ClassicGate gate) throws IOException {
        byte[] instead = new byte[SessionKeys.PRE_MASTER_SIZE];
        random.nextBytes(instead);
        try (var _ = gate.privateKey()) {
            byte[] opened = Rsa.decrypt(credential.privateKey(), ciphertext);
            return opened != null && opened.length == SessionKeys.PRE_MASTER_SIZE ? opened : instead;
        }
    }

    private Bytes nonce() {
        byte[] nonce = new byte[SessionKeys.NONCE_SIZE];
        random.nextBytes(nonce);
        return Bytes.of(nonce);
    }
}
