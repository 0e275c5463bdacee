package dev.waxwing.ca.web;

import dev.waxwing.ca.authority.AuthorityFacts;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.authority.Withdrawal;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.issuance.IssuersInService;
import dev.waxwing.ca.revocation.RevocationLists;
import dev.waxwing.ca.revocation.Sweeps;
import dev.waxwing.ca.web.AuthorityView.Issuer;
import dev.waxwing.ca.web.AuthorityView.ListView;
import dev.waxwing.ca.web.AuthorityView.Root;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import org.springframework.stereotype.Component;

/** Puts together what there is to see of the authority, for REST and for pages. */
@Component
public final class AuthorityOverview {

    private final CertificateAuthority authority;
    private final IssuersInService issuers;
    private final Inventory inventory;
    private final RevocationLists lists;
    private final Sweeps sweeps;

    AuthorityOverview(
            CertificateAuthority authority,
            IssuersInService issuers,
            Inventory inventory,
            RevocationLists lists,
            Sweeps sweeps) {
        this.authority = authority;
        this.issuers = issuers;
        this.inventory = inventory;
        this.lists = lists;
        this.sweeps = sweeps;
    }

    /** As it is now. */
    public AuthorityView view() {
        AuthorityFacts facts = authority.facts();
        Root root = new Root(
                authority.rootId().toString(),
                name(authority.rootCertificate()),
                Certificates.sha256(authority.rootCertificate()),
                HexFormat.of().formatHex(authority.rootSpkiSha256()),
                authority.rootCertificate().getNotBefore().toInstant(),
                facts.rootNotAfter(),
                facts.rootKeyAtHand(),
                ListView.of(lists.root()));
        return new AuthorityView(
                root, authority.issuers().stream().map(this::issuer).toList());
    }

    Issuer issuer(IssuingAuthority issuer) {
        X509Certificate certificate = issuer.certificate();
        Withdrawal withdrawal = issuer.withdrawal();
        return new Issuer(
                issuer.id().toString(),
                name(certificate),
                Certificates.sha256(certificate),
                state(issuer),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                issuer.currentFrom(),
                issuer.retiredAt(),
                withdrawal == null ? null : withdrawal.at(),
                withdrawal == null ? null : withdrawal.reason(),
                inventory.countLive(issuer.id()),
                lists.of(issuer.id()).map(ListView::of).orElse(null),
                sweeps.of(issuer.id()).map(SweepView::of).orElse(null));
    }

    /** A retired one that has nothing to answer for any more has ended; so has one whose turn cannot come any more. */
    private String state(IssuingAuthority issuer) {
        if (issuer.isRevoked()) {
            return "revoked";
        }
        return issuers.inService(issuer) ? issuer.state().name().toLowerCase(Locale.ROOT) : "ended";
    }

    private static String name(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }
}
