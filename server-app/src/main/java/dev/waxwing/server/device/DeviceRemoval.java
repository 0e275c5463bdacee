package dev.waxwing.server.device;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.revocation.RepeatedTransaction;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.server.classic.ClassicDevices;
import java.time.Clock;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Takes a device out of the deployment for good: its certificates are revoked, which ends its sessions; its invites are void and so is
 * what allows it to come back; what is being signed for it is given up. What was accepted from it stays, with its evidence, under its name. Its counters and ids stay
 * taken too: a successor under the same name is told the highest counter (docs/protocol.md, section 5.8) and goes on above it, so
 * that no number ever stands for two things. Any thread may call.
 */
@Component
public final class DeviceRemoval {

    private final JdbcClient jdbc;
    private final Devices devices;
    private final Invites invites;
    private final Revocation revocation;
    private final ClassicDevices classic;
    private final AuditTrail audit;
    private final RepeatedTransaction transactions;
    private final Clock clock;

    DeviceRemoval(
            JdbcClient jdbc,
            Devices devices,
            Invites invites,
            Revocation revocation,
            ClassicDevices classic,
            AuditTrail audit,
            TransactionTemplate transactions,
            Clock clock) {
        this.jdbc = jdbc;
        this.devices = devices;
        this.invites = invites;
        this.revocation = revocation;
        this.classic = classic;
        this.audit = audit;
        this.transactions = new RepeatedTransaction(transactions);
        this.clock = clock;
    }

    /** What came of a removal. */
    public sealed interface Result {

        /** It was done. @param certificates how many were revoked @param invites how many open ones became void */
        record Removed(int certificates, int invites) implements Result {}

        /** It was removed before. */
        record AlreadyRemoved() implements Result {}

        /** There never was a device of this name. */
        record Unknown() implements Result {}
    }

    /** Removes a device. @param actor who wants it */
    public Result remove(String name, String actor) {
        return transactions.execute(() -> removeOnce(name, actor));
    }

    private Result removeOnce(String name, String actor) {
        // Two who remove the same device at once do it one after the other.
        boolean known = jdbc.sql("SELECT name FROM device WHERE name = :name FOR UPDATE")
                .param("name", name)
                .query((row, _) -> row.getString("name"))
                .optional()
                .isPresent();
        if (!known) {
            return new Result.Unknown();
        }
        DeviceState before = devices.find(name).orElseThrow().state();
        if (before == DeviceState.REMOVED) {
            return new Result.AlreadyRemoved();
        }
        int open = invites.withdraw(name);
        // Whatever is audited comes after the last row that another may have: these, and the certificates.
        jdbc.sql("SELECT name FROM classic_device WHERE name = :name FOR UPDATE")
                .param("name", name)
                .query((row, _) -> row.getString("name"))
                .list();
        jdbc.sql("UPDATE device SET removed_at = :now WHERE name = :name")
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .param("name", name)
                .update();
        int revoked = revocation.revokeAll(name, RevocationReason.CESSATION_OF_OPERATION, actor);
        classic.remove(name, actor);
        audit.record(AuditEvent.success(
                        actor,
                        "device.removed",
                        name,
                        "certificates revoked: %d, open invites void: %d".formatted(revoked, open))
                .changing(before.word(), DeviceState.REMOVED.word()));
        return new Result.Removed(revoked, open);
    }
}
