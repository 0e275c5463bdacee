package dev.waxwing.server.host;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.ceremony.CeremonyResult;
import dev.waxwing.ca.enrollment.InviteBatch;
import dev.waxwing.ca.enrollment.InviteBatchResult;
import dev.waxwing.ca.enrollment.InviteOrder;
import dev.waxwing.ca.enrollment.InviteResult;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.revocation.Sweep;
import dev.waxwing.server.account.SetupLinks;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.audit.ChainCheck;
import dev.waxwing.server.audit.Origin;
import dev.waxwing.server.backup.BackupManifest;
import dev.waxwing.server.backup.Snapshot;
import dev.waxwing.server.classic.ClassicKits;
import dev.waxwing.server.classic.KitResult;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Quantity;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Does what the host's owner asks for. Whoever can use the data directory may ask: the owner holds the keys already. */
@Component
final class HostDesk {

    /** What the file with the root's key is called in an answer. */
    static final String ROOT_EXPORT = "root";

    private static final String ACTOR = "host";

    private final Invites invites;
    private final ClassicKits kits;
    private final SetupLinks links;
    private final Ceremonies ceremonies;
    private final AuditTrail audit;
    private final AuditLog log;
    private final Snapshot snapshot;
    private final ConsoleUrl console;

    HostDesk(
            Invites invites,
            ClassicKits kits,
            SetupLinks links,
            Ceremonies ceremonies,
            AuditTrail audit,
            AuditLog log,
            Snapshot snapshot,
            ConsoleUrl console) {
        this.invites = invites;
        this.kits = kits;
        this.links = links;
        this.ceremonies = ceremonies;
        this.audit = audit;
        this.log = log;
        this.snapshot = snapshot;
        this.console = console;
    }

    /** @param attachment takes what is more than an answer holds; not closed */
    HostAnswer answer(HostRequest request, OutputStream attachment) {
        return Origin.call(Origin.HOST, () -> answerHere(request, attachment));
    }

    private HostAnswer answerHere(HostRequest request, OutputStream attachment) {
        try {
            return switch (request) {
                case HostRequest.InviteDevices several when several.names().size() > 1 -> inviteAll(several);
                case HostRequest.InviteDevices one -> invite(one);
                case HostRequest.MakeClassicKit kit -> classicKit(kit);
                case HostRequest.RotateIssuing _ -> rotateIssuing();
                case HostRequest.RevokeIssuing(String id, String reason) -> revokeIssuing(id, reason);
                case HostRequest.ExportRoot(String passphrase) ->
                    outcome(
                            ceremonies.exportRoot(passphrase, ACTOR),
                            export -> HostAnswer.done("", Map.of(ROOT_EXPORT, export)));
                case HostRequest.RemoveRoot(Bytes export, String passphrase) ->
                    outcome(ceremonies.removeRoot(export.toArray(), passphrase, ACTOR), HostAnswer::done);
                case HostRequest.ImportRoot(Bytes export, String passphrase) ->
                    outcome(ceremonies.importRoot(export.toArray(), passphrase, ACTOR), HostAnswer::done);
                case HostRequest.SetupLink _ -> setupLink();
                case HostRequest.Backup(boolean withMedia) -> backup(withMedia, attachment);
                case HostRequest.VerifyAudit(long id, String hash) -> verifyAudit(id, hash);
            };
        } catch (IOException e) {
            return HostAnswer.failed(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return HostAnswer.failed(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private HostAnswer inviteAll(HostRequest.InviteDevices request) {
        InviteBatch batch = new InviteBatch(request.names(), profile(request), lifetime(request), request.replace());
        return switch (invites.createAll(batch, ACTOR)) {
            case InviteBatchResult.Created(List<InviteResult.Created> made) ->
                HostAnswer.done(made.stream()
                        .map(one -> one.invite().name() + " " + one.invite().encode())
                        .collect(Collectors.joining(System.lineSeparator())));
            case InviteBatchResult.Refused(boolean _, String detail, String _) ->
                HostAnswer.failed(detail.replace("\"replace\": true", "--replace"));
        };
    }

    private static @Nullable String profile(HostRequest.InviteDevices request) {
        return request.profile().isEmpty() ? null : request.profile();
    }

    private static @Nullable Duration lifetime(HostRequest.InviteDevices request) {
        return request.expiresIn().isEmpty() ? null : Duration.parse(request.expiresIn());
    }

    private HostAnswer invite(HostRequest.InviteDevices request) {
        String name = request.names().getFirst();
        if (!PeerName.isValid(name)) {
            return HostAnswer.usage("A name has 1 to 63 characters of a-z, 0-9, '.', '_' and '-',"
                    + " and starts with a letter or digit.");
        }
        InviteOrder order = new InviteOrder(name, profile(request), lifetime(request), request.replace());
        return switch (invites.create(order, ACTOR)) {
            case InviteResult.Created created ->
                HostAnswer.done(created.invite().encode());
            case InviteResult.NameTaken taken ->
                HostAnswer.failed(taken.detail().replace("\"replace\": true", "--replace"));
            case InviteResult.Invalid invalid -> HostAnswer.failed(invalid.detail());
        };
    }

    private HostAnswer classicKit(HostRequest.MakeClassicKit request) {
        return switch (kits.make(request.name(), request.replace(), ACTOR)) {
            case KitResult.Made made -> HostAnswer.done(made.name(), made.kit().files());
            case KitResult.Refused(boolean taken, String detail, String _) ->
                taken ? HostAnswer.failed(detail.replace("\"replace\": true", "--replace")) : HostAnswer.usage(detail);
        };
    }

    private HostAnswer rotateIssuing() {
        return outcome(
                ceremonies.rotateIssuing(ACTOR),
                current -> HostAnswer.done(
                        current.certificate().getSubjectX500Principal().getName()));
    }

    private HostAnswer revokeIssuing(String id, String reason) {
        Optional<AuthorityId> issuer = AuthorityId.parse(id);
        Optional<RevocationReason> known = RevocationReason.parse(reason);
        if (issuer.isEmpty()) {
            return HostAnswer.usage("An issuing authority is named by the last word of its name, 8 hex digits.");
        }
        if (known.isEmpty()) {
            return HostAnswer.usage("A reason is one of: " + Ceremonies.reasonNames() + ".");
        }
        return outcome(ceremonies.revokeIssuing(issuer.get(), known.get(), ACTOR), HostDesk::revokedIssuing);
    }

    private static HostAnswer revokedIssuing(Sweep sweep) {
        String revoked = "Issuing authority %s is revoked, and %d of %d certificates that it has issued"
                .formatted(sweep.issuer(), sweep.revoked(), sweep.total());
        return switch (sweep.state()) {
            case DONE -> HostAnswer.done(revoked + ".");
            case RUNNING -> HostAnswer.done(revoked + ". The others follow, also after a restart.");
            case FAILED ->
                HostAnswer.failed(revoked + ": " + sweep.failure() + ". Asking again goes on with the others.");
        };
    }

    private static <T> HostAnswer outcome(CeremonyResult<T> result, Function<T, HostAnswer> answer) {
        return switch (result) {
            case CeremonyResult.Done<T>(T made) -> answer.apply(made);
            case CeremonyResult.Refused<T>(String detail, String _) -> HostAnswer.failed(detail);
        };
    }

    private HostAnswer setupLink() {
        SetupLinks.SetupLink link = links.renew();
        audit.record(AuditEvent.success(ACTOR, "setup-link.created", "console", "until " + link.expiresAt()));
        return HostAnswer.done(console.url() + link.path());
    }

    private HostAnswer backup(boolean withMedia, OutputStream into) throws IOException {
        BackupManifest manifest = snapshot.write(withMedia, ACTOR, into);
        BackupManifest.Media media = manifest.media();
        String held = media == null
                ? "the media are NOT in it (--with-media takes them along)"
                : Quantity.of(media.files(), "media file") + " with " + Quantity.of(media.bytes(), "byte");
        return HostAnswer.done("State of %s: %s, %s, %s, audit trail up to entry %d; %s."
                .formatted(
                        manifest.takenAt(),
                        counted(manifest, "certificate"),
                        counted(manifest, "device"),
                        counted(manifest, "transfer"),
                        manifest.auditHead().id(),
                        held));
    }

    private static Quantity counted(BackupManifest manifest, String what) {
        return Quantity.of(manifest.counts().getOrDefault(what, 0L), what);
    }

    private HostAnswer verifyAudit(long id, String hash) {
        ChainCheck check = log.verify();
        if (!check.intact()) {
            return HostAnswer.failed(
                    "The audit trail is broken at entry %d. What is before it is whole (%s); the last has hash %s."
                            .formatted(check.brokenAt(), entries(check.entries() - 1), check.headHash()));
        }
        if (id > 0 && !log.hashOf(id).equals(Optional.of(hash))) {
            return HostAnswer.failed(
                    "The audit trail is whole in itself, but entry %d is not the one that was noted: it %s."
                            .formatted(
                                    id,
                                    log.hashOf(id)
                                            .map(found -> "has hash " + found)
                                            .orElse("is missing")));
        }
        String noted = id > 0 ? "%nEntry %d is the one that was noted.".formatted(id) : "";
        return HostAnswer.done("The audit trail is whole: %s.%nHead: --id %d --head %s%s"
                .formatted(entries(check.entries()), check.entries(), check.headHash(), noted));
    }

    private static Quantity entries(long count) {
        return new Quantity(count, "entry", "entries");
    }
}
