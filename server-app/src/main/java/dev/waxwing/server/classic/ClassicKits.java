package dev.waxwing.server.classic;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.issuance.RequestFault;
import dev.waxwing.classic.ClassicCredential;
import dev.waxwing.classic.ClassicKeys;
import dev.waxwing.classic.ClassicKit;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import org.springframework.stereotype.Component;

/** Makes what an original device expects to find in its folder, and lists the device. Any thread may call. */
@Component
public final class ClassicKits {

    private final ClassicKeyRing ring;
    private final ClassicDevices devices;
    private final Inventory inventory;
    private final AuditTrail audit;
    private final SecureRandom random;

    ClassicKits(
            ClassicKeyRing ring, ClassicDevices devices, Inventory inventory, AuditTrail audit, SecureRandom random) {
        this.ring = ring;
        this.devices = devices;
        this.inventory = inventory;
        this.audit = audit;
        this.random = random;
    }

    /**
     * Makes a kit; the device may come with it at once.
     *
     * @param replace whether a device of that name may be given another key; its former kit is void then
     * @param actor who wants it
     */
    public KitResult make(String name, boolean replace, String actor) {
        if (!PeerName.isValid(name)) {
            return refused(
                    name,
                    actor,
                    false,
                    "A name has 1 to 63 characters of a-z, 0-9, '.', '_' and '-', and starts with a letter or digit.");
        }
        if (inventory.isNameOfServer(name)) {
            return refused(name, actor, true, RequestFault.NAME_OF_SERVER.message());
        }
        KeyPair keys = ClassicKeys.generate(random);
        RSAPublicKey publicKey = (RSAPublicKey) keys.getPublic();
        ClassicKit kit = new ClassicKit(
                ring.authority(),
                ring.server().certificate().publicKey(),
                new ClassicCredential(ring.issue(name, publicKey), (RSAPrivateCrtKey) keys.getPrivate()));
        return switch (devices.add(name, Bytes.of(publicKey.getEncoded()), replace, actor)) {
            case DONE -> new KitResult.Made(name, kit);
            case NAME_TAKEN ->
                refused(
                        name,
                        actor,
                        true,
                        name + " has a classic kit already. Ask for \"replace\": true to make another; the former one"
                                + " is void then.");
            case HAS_COMPLETED_WXP2 ->
                refused(
                        name,
                        actor,
                        true,
                        name + " has used WXP/2, so it never comes by classic again. Choose another name for a classic"
                                + " device.");
        };
    }

    private KitResult refused(String name, String actor, boolean taken, String detail) {
        String subject = PeerName.isValid(name) ? name : "no name";
        AuditEvent event = AuditEvent.refused(actor, "classic.device.added", subject, detail);
        audit.record(event);
        return new KitResult.Refused(taken, detail, event.reference());
    }
}
