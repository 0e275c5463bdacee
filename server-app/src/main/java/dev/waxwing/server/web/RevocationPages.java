package dev.waxwing.server.web;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.IssuingAuthority;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.Sweep;
import dev.waxwing.ca.revocation.Sweeps;
import dev.waxwing.ca.web.PresentedCertificate;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Revoking what is at hand as a file, all that a device has, and all that an issuing authority has issued. */
@Controller
class RevocationPages {

    private final Revocation revocation;
    private final Sweeps sweeps;
    private final PresentedCertificate presented;
    private final CertificateAuthority authority;

    RevocationPages(
            Revocation revocation, Sweeps sweeps, PresentedCertificate presented, CertificateAuthority authority) {
        this.revocation = revocation;
        this.sweeps = sweeps;
        this.presented = presented;
        this.authority = authority;
    }

    /** What may be chosen; a hold is no choice for what is on hold. */
    static List<RevocationReason> reasons(boolean withHold) {
        return Arrays.stream(RevocationReason.values())
                .filter(reason -> withHold || reason != RevocationReason.CERTIFICATE_HOLD)
                .toList();
    }

    static RevocationReason reason(String text) {
        return RevocationReason.parse(text).orElseThrow(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST));
    }

    @GetMapping("/certificates/revoke")
    String page(Model model) {
        model.addAttribute("issuer", nameOf(authority.issuingCertificate()));
        model.addAttribute("reasons", reasons(false));
        return "ca/revoke";
    }

    /** Leads to the certificate's own page, where it can be revoked: there is to be seen whose it is. */
    @PostMapping("/certificates/lookup")
    String find(
            @RequestParam(defaultValue = "") String pem,
            @RequestParam(required = false) @Nullable MultipartFile file,
            HttpServletResponse response,
            Model model)
            throws IOException {
        byte[] given = pem.isBlank() && file != null ? file.getBytes() : pem.getBytes(StandardCharsets.UTF_8);
        return switch (presented.look(given)) {
            case PresentedCertificate.Found(CertificateEntry entry) -> "redirect:/certificates/" + entry.serialNumber();
            case PresentedCertificate.Unreadable() -> notFound(PresentedCertificate.UNREADABLE, pem, response, model);
            case PresentedCertificate.Foreign() -> notFound(PresentedCertificate.FOREIGN, pem, response, model);
        };
    }

    private String notFound(String fault, String pem, HttpServletResponse response, Model model) {
        response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
        model.addAttribute("fault", fault);
        model.addAttribute("pem", pem);
        return page(model);
    }

    @PostMapping("/devices/{name}/revocation")
    String revokeDevice(
            @PathVariable String name, @RequestParam String reason, Principal caller, RedirectAttributes next) {
        RevocationReason known = reason(reason);
        List<CertificateEntry> changed = revocation
                .revokeDevice(name, known, caller.getName())
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        String what = known == RevocationReason.CERTIFICATE_HOLD ? "put on hold" : "revoked";
        next.addFlashAttribute(
                "done",
                changed.isEmpty()
                        ? "There was nothing left to revoke."
                        : "%s %s. Live sessions have ended.".formatted(certificates(changed.size()), what));
        return "redirect:/devices/" + name;
    }

    @PostMapping("/authority/issuing/revocation")
    String revokeAll(
            @RequestParam String reason, @RequestParam String issuer, Principal caller, RedirectAttributes next) {
        Optional<AuthorityId> named = authority.issuers().stream()
                .filter(known -> nameOf(known.certificate()).equals(issuer.strip()))
                .map(IssuingAuthority::id)
                .findFirst();
        if (named.isEmpty()) {
            next.addFlashAttribute(
                    "failure",
                    "Nothing was revoked: no issuing authority has this name. The current one is called "
                            + nameOf(authority.issuingCertificate()) + ".");
            return "redirect:/certificates/revoke";
        }
        Optional<Sweep> sweep = sweeps.order(named.get(), reason(reason), caller.getName());
        if (sweep.isPresent() && sweep.get().state() == Sweep.State.DONE) {
            next.addFlashAttribute(
                    "done",
                    "%s revoked. The devices need a new invite."
                            .formatted(certificates(sweep.get().revoked())));
            return "redirect:/certificates";
        }
        if (sweep.isEmpty()) {
            next.addFlashAttribute("failure", "Everything that it has issued is being revoked for another reason.");
        } else if (sweep.get().state() == Sweep.State.FAILED) {
            next.addFlashAttribute("failure", "Not everything could be revoked. Revoke everything again to go on.");
        } else {
            next.addFlashAttribute("done", "Everything is being revoked. How far that is, is said here.");
        }
        return "redirect:/authority";
    }

    private static String nameOf(X509Certificate issuer) {
        return issuer.getSubjectX500Principal().getName();
    }

    private static String certificates(int count) {
        return count == 1 ? "1 certificate was" : count + " certificates were";
    }
}
