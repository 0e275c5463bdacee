package dev.waxwing.server.host;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.ceremony.Ceremonies;
import dev.waxwing.ca.ceremony.CeremonyResult;
import dev.waxwing.ca.enrollment.InviteOrder;
import dev.waxwing.ca.enrollment.InviteResult;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.server.account.SetupLinks;
import dev.waxwing.server.audit.Origin;
import dev.waxwing.server.classic.ClassicKits;
import dev.waxwing.server.classic.KitResult;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import java.util.Map;
import java.util.function.Function;
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
    private final ConsoleUrl console;

    HostDesk(
            Invites invites,
            ClassicKits kits,
            SetupLinks links,
            Ceremonies ceremonies,
            AuditTrail audit,
            ConsoleUrl console) {
        this.invites = invites;
        this.kits = kits;
        this.links = links;
        this.ceremonies = ceremonies;
        this.audit = audit;
        this.console = console;
    }

    HostAnswer answer(HostRequest request) {
        return Origin.call(Origin.HOST, () -> answerHere(request));
    }

    private HostAnswer answerHere(HostRequest request) {
        try {
            return switch (request) {
                case HostRequest.InviteDevice invite -> invite(invite);
                case HostRequest.MakeClassicKit kit -> classicKit(kit);
                case HostRequest.RotateIssuing _ -> rotateIssuing();
                case HostRequest.ExportRoot(String passphrase) ->
                    outcome(
                            ceremonies.exportRoot(passphrase, ACTOR),
                            export -> HostAnswer.done("", Map.of(ROOT_EXPORT, export)));
                case HostRequest.RemoveRoot(Bytes export, String passphrase) ->
                    outcome(ceremonies.removeRoot(export.toArray(), passphrase, ACTOR), HostAnswer::done);
                case HostRequest.ImportRoot(Bytes export, String passphrase) ->
                    outcome(ceremonies.importRoot(export.toArray(), passphrase, ACTOR), HostAnswer::done);
                case HostRequest.SetupLink _ -> setupLink();
            };
        } catch (RuntimeException e) {
            return HostAnswer.failed(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private HostAnswer invite(HostRequest.InviteDevice request) {
        if (!PeerName.isValid(request.name())) {
            return HostAnswer.usage("A name has 1 to 63 characters of a-z, 0-9, '.', '_' and '-',"
                    + " and starts with a letter or digit.");
        }
        InviteOrder order = new InviteOrder(request.name(), null, null, request.replace());
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
}
