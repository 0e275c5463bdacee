package dev.waxwing.server;

import dev.waxwing.classic.ClassicKit;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** A classic device written from the description alone, which can do what no honest device does. */
final class RawClassicDevice implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;
    private static final int ACKNOWLEDGEMENT = 256;
    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] certificate;
    private final PrivateKey privateKey;
    private final PublicKey serverKey;
    private byte[] encryptionKey = {};
    private byte[] macKey = {};
    private byte[] iv = {};

    RawClassicDevice(int port, ClassicKit kit) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
        certificate = kit.files().get(ClassicKit.DEVICE_CERTIFICATE);
        privateKey = privateKey(kit.files().get(ClassicKit.DEVICE_PRIVATE_KEY));
        serverKey = kit.server();
    }

    private static PrivateKey privateKey(byte[] pem) {
        try {
            String base64 = new String(pem, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----", "");
            byte[] der = Base64.getMimeDecoder().decode(base64);
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Shows the certificate. */
    void hello() throws IOException {
        block("<HELO>", certificate);
    }

    void send(byte... bytes) throws IOException {
        out.write(bytes);
    }

    /** The next acknowledgement; nothing if the server ended the connection instead. */
    Optional<String> acknowledgement() throws IOException {
        byte[] ciphertext = read(ACKNOWLEDGEMENT);
        if (ciphertext.length == 0) {
            return Optional.empty();
        }
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.DECRYPT_MODE, privateKey, OAEP);
            return Optional.of(new String(cipher.doFinal(ciphertext), StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Everything that still comes until the server ends the connection. */
    byte[] rest() throws IOException {
        try {
            return in.readAllBytes();
        } catch (SocketException reset) {
            // What was still on its way to a closed socket makes its system say so instead of an end.
            return new byte[0];
        }
    }

    /** The whole handshake. */
    void handshake() throws IOException {
        hello();
        require("CERT_RECEIVED");
        byte[] deviceNonce = random(16);
        send(deviceNonce);
        require("HELLO_RECEIVED");
        byte[] head = read(10);
        read(ByteBuffer.wrap(head).getInt(6));
        send(encrypted("CERT_RECEIVED".getBytes(StandardCharsets.US_ASCII)));
        byte[] serverNonce = read(16);
        send(encrypted("NONCE_RECEIVED".getBytes(StandardCharsets.US_ASCII)));
        byte[] preMaster = random(32);
        block("<PREM>", encrypted(preMaster));
        require("PREM_RECEIVED");
        byte[] seed = concat(deviceNonce, serverNonce);
        encryptionKey = derive(preMaster, "client_enc", seed);
        macKey = derive(preMaster, "client_mac", seed);
        iv = derive(preMaster, "iv", seed);
    }

    /** A record under the session's keys, as it goes over the wire. */
    byte[] record(String header, byte[] message) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(encryptionKey, "AES"), new IvParameterSpec(iv));
            byte[] ciphertext = cipher.doFinal(message);
            byte[] body = concat(ciphertext, hmac(macKey, ciphertext));
            return concat(
                    header.getBytes(StandardCharsets.US_ASCII),
                    ByteBuffer.allocate(4).putInt(body.length).array(),
                    body);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The payload of a file with any signature. */
    static byte[] payload(String name, byte[] content, byte[] signature) {
        Base64.Encoder base64 = Base64.getEncoder();
        return ("{\"filename\": \"" + name + "\", \"image_data\": \"" + base64.encodeToString(content)
                        + "\", \"signature\": \"" + base64.encodeToString(signature) + "\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    byte[] signature(byte[] content) {
        try {
            Signature engine = Signature.getInstance("RSASSA-PSS");
            engine.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 222, 1));
            engine.initSign(privateKey);
            engine.update(content);
            return engine.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private void require(String expected) throws IOException {
        Optional<String> got = acknowledgement();
        if (!got.equals(Optional.of(expected))) {
            throw new AssertionError("not " + expected + " but " + got);
        }
    }

    private void block(String header, byte[] content) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(whole);
        data.writeBytes(header);
        data.writeInt(content.length);
        data.write(content);
        send(whole.toByteArray());
    }

    /** So many bytes, or none if the stream has ended. */
    private byte[] read(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length != 0 && bytes.length != count) {
            throw new AssertionError("half an item: " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    private byte[] encrypted(byte[] message) {
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.ENCRYPT_MODE, serverKey, OAEP);
            return cipher.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** HKDF-SHA256 with a salt of zeros and one block. */
    private static byte[] derive(byte[] secret, String label, byte[] seed) {
        byte[] extracted = hmac(new byte[32], secret);
        byte[] info = concat(label.getBytes(StandardCharsets.US_ASCII), seed, new byte[] {1});
        return Arrays.copyOf(hmac(extracted, info), 16);
    }

    private static byte[] hmac(byte[] key, byte[] content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
