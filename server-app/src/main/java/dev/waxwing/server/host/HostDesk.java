package dev.waxwing.server.host;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.ca.enrollment.InviteOrder;
import dev.waxwing.ca.enrollment.InviteResult;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.server.account.SetupLinks;
import dev.waxwing.server.audit.Origin;
import dev.waxwing.server.classic.ClassicKits;
import dev.waxwing.server.classic.KitResult;
import dev.waxwing.trust.PeerName;
import org.springframework.stereotype.Component;

/** Does what the host's owner asks for. Whoever can use the data directory may ask: the owner holds the keys already. */
@Component
final class HostDesk {

    private static final String ACTOR = "host";

    private final Invites invites;
    private final ClassicKits kits;
    private final SetupLinks links;
    private final AuditTrail audit;
    private final ConsoleUrl console;

    HostDesk(Invites invites, ClassicKits kits, SetupLinks links, AuditTrail audit, ConsoleUrl console) {
        this.invites = invites;
        this.kits = kits;
        this.links = links;
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

    private HostAnswer setupLink() {
        SetupLinks.SetupLink link = links.renew();
        audit.record(AuditEvent.success(ACTOR, "setup-link.created", "console", "until " + link.expiresAt()));
        return HostAnswer.done(console.url() + link.path());
    }
}
