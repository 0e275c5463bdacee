package dev.waxwing.server.web;

import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.Pem;
import dev.waxwing.ca.enrollment.FormerDevices;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.IssuanceResult;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.ca.issuance.RequestFault;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationResult;
import dev.waxwing.ca.web.Page;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Permission;
import dev.waxwing.trust.PeerName;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/certificates")
class CertificatePages {

    private static final long LONGEST_DAYS = 5 * 366;

    private final Issuance issuance;
    private final Profiles profiles;
    private final Inventory inventory;
    private final Revocation revocation;
    private final FormerDevices formerDevices;
    private final CertificateAuthority authority;

    CertificatePages(
            Issuance issuance,
            Profiles profiles,
            Inventory inventory,
            Revocation revocation,
            FormerDevices formerDevices,
            CertificateAuthority authority) {
        this.issuance = issuance;
        this.profiles = profiles;
        this.inventory = inventory;
        this.revocation = revocation;
        this.formerDevices = formerDevices;
        this.authority = authority;
    }

    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String query,
            @RequestParam(defaultValue = "") String status,
            @RequestParam(defaultValue = "0") int page,
            Model model) {
        PageRequest wanted = new PageRequest(page, PageRequest.DEFAULT_SIZE);
        CertificateStatus only = CertificateStatus.parse(status).orElse(null);
        CertificateSearch search = new CertificateSearch(query, only, wanted.page(), wanted.size());
        Page<CertificateEntry> found =
                Page.of(inventory.list(search), wanted.page(), wanted.size(), () -> inventory.count(search));
        String shownStatus = only == null ? "" : status;
        model.addAttribute("live", true);
        model.addAttribute("page", found);
        model.addAttribute("pager", Pager.of(found, "/certificates", Map.of("query", query, "status", shownStatus)));
        model.addAttribute("query", query);
        model.addAttribute("status", shownStatus);
        return "ca/certificates";
    }

    @GetMapping("/new")
    String form(@AuthenticationPrincipal Caller caller, Model model) {
        model.addAttribute("profiles", profilesFor(caller));
        model.addAttribute("profile", Profiles.DEFAULT);
        return "ca/certificate-new";
    }

    @PostMapping
    String issue(
            @RequestParam(defaultValue = "") String csr,
            @RequestParam(required = false) @Nullable MultipartFile file,
            @RequestParam(defaultValue = Profiles.DEFAULT) String profile,
            @RequestParam(required = false) @Nullable Long days,
            @AuthenticationPrincipal Caller caller,
            HttpServletResponse response,
            RedirectAttributes next,
            Model model)
            throws IOException {
        byte[] request = csr.isBlank() && file != null ? file.getBytes() : csr.getBytes(StandardCharsets.UTF_8);
        return switch (issued(request, profile, days, caller)) {
            case IssuanceResult.Issued(IssuedCertificate certificate) -> {
                next.addFlashAttribute("done", "The certificate was issued. Give the chain to the device.");
                yield "redirect:/certificates/" + certificate.serialNumber();
            }
            case IssuanceResult.Refused(RequestFault fault, String reference) -> {
                response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
                model.addAttribute("failure", fault.message());
                model.addAttribute("reference", reference);
                model.addAttribute("csr", csr);
                model.addAttribute("days", days);
                model.addAttribute("profiles", profilesFor(caller));
                model.addAttribute("profile", profile);
                yield "ca/certificate-new";
            }
        };
    }

    /** Whoever has a server's or a receipt signer's certificate can speak for the deployment itself. */
    private List<Profile> profilesFor(Caller caller) {
        return profiles.all().stream()
                .filter(profile -> profile.role() == CertificateRole.DEVICE || caller.may(Permission.ADMINISTER))
                .toList();
    }

    private IssuanceResult issued(byte[] bytes, String profileName, @Nullable Long days, Caller caller) {
        String actor = caller.getName();
        if (days != null && (days < 1 || days > LONGEST_DAYS)) {
            return issuance.refuse(actor, "unknown", RequestFault.VALIDITY);
        }
        return switch (CertificateRequest.read(bytes)) {
            case RequestCheck.Refused(RequestFault fault) -> issuance.refuse(actor, "unknown", fault);
            case RequestCheck.Accepted(CertificateRequest request) -> {
                String name = request.commonName().orElse(null);
                Profile profile = profiles.find(profileName)
                        .filter(profilesFor(caller)::contains)
                        .orElse(null);
                if (name == null) {
                    yield issuance.refuse(actor, "unknown", RequestFault.NAME);
                }
                if (profile == null) {
                    yield issuance.refuse(actor, name, RequestFault.PROFILE);
                }
                if (formerDevices.has(name)) {
                    yield issuance.refuse(actor, name, RequestFault.NAME_OF_REMOVED);
                }
                Duration validity = days == null ? null : Duration.ofDays(days);
                yield issuance.issue(CertificateOrder.of(request, new PeerName(name), profile, validity, actor));
            }
        };
    }

    @GetMapping("/{serialNumber}")
    String show(@PathVariable String serialNumber, Model model) {
        CertificateEntry entry = entry(serialNumber);
        model.addAttribute("certificate", entry);
        model.addAttribute("pem", Pem.certificate(certificate(entry)).toString());
        model.addAttribute("reasons", RevocationReason.values());
        return "ca/certificate";
    }

    @GetMapping("/{serialNumber}/certificate.pem")
    ResponseEntity<String> download(@PathVariable String serialNumber) {
        CertificateEntry entry = entry(serialNumber);
        return pem(entry.name() + ".pem", Pem.certificate(certificate(entry)).toString());
    }

    @GetMapping("/{serialNumber}/chain.pem")
    ResponseEntity<String> chain(@PathVariable String serialNumber) {
        CertificateEntry entry = entry(serialNumber);
        return pem(
                entry.name() + "-chain.pem",
                Pem.certificates(List.of(
                        certificate(entry),
                        authority.issuerOf(certificate(entry)).certificate())));
    }

    @PostMapping("/{serialNumber}/revocation")
    String revoke(
            @PathVariable String serialNumber,
            @RequestParam String reason,
            @AuthenticationPrincipal Caller caller,
            RedirectAttributes next) {
        RevocationReason known =
                RevocationReason.parse(reason).orElseThrow(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST));
        CertificateEntry entry = entry(serialNumber);
        if (entry.role() != CertificateRole.DEVICE && !caller.may(Permission.ADMINISTER)) {
            throw new ResponseStatusException(HttpStatus.FORBIDDEN);
        }
        switch (revocation.revoke(entry.serialNumber(), known, caller.getName())) {
            case RevocationResult.Revoked _ ->
                next.addFlashAttribute("done", "The certificate is revoked. Its live sessions have ended.");
            case RevocationResult.Unknown _ -> throw new ResponseStatusException(HttpStatus.NOT_FOUND);
            case RevocationResult.Refused(String detail, String reference) -> {
                next.addFlashAttribute("failure", detail);
                next.addFlashAttribute("reference", reference);
            }
        }
        return "redirect:/certificates/" + serialNumber;
    }

    private CertificateEntry entry(String serialNumber) {
        return SerialNumber.parse(serialNumber)
                .flatMap(inventory::find)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }

    private X509Certificate certificate(CertificateEntry entry) {
        return inventory.certificate(entry.serialNumber()).orElseThrow();
    }

    private static ResponseEntity<String> pem(String name, String pem) {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("application/x-pem-file"))
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name).build().toString())
                .body(pem);
    }
}
