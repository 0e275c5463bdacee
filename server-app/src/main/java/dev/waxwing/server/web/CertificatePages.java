package dev.waxwing.server.web;

import dev.waxwing.ca.authority.Certificates;
import dev.waxwing.ca.authority.Pem;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.RevocationReason;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.revocation.ReleaseResult;
import dev.waxwing.ca.revocation.Revocation;
import dev.waxwing.ca.revocation.RevocationResult;
import dev.waxwing.ca.web.CertificateFiles;
import dev.waxwing.ca.web.Page;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Permission;
import dev.waxwing.server.classic.ClassicRenderings;
import dev.waxwing.server.classic.RenderingResult;
import dev.waxwing.server.device.Devices;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/certificates")
class CertificatePages {

    private final Inventory inventory;
    private final CertificateFiles files;
    private final ClassicRenderings renderings;
    private final Revocation revocation;
    private final Devices devices;

    CertificatePages(
            Inventory inventory,
            CertificateFiles files,
            ClassicRenderings renderings,
            Revocation revocation,
            Devices devices) {
        this.inventory = inventory;
        this.files = files;
        this.renderings = renderings;
        this.revocation = revocation;
        this.devices = devices;
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

    @GetMapping("/{serialNumber}")
    String show(@PathVariable String serialNumber, Model model) {
        CertificateEntry entry = entry(serialNumber);
        X509Certificate certificate = files.certificate(entry);
        model.addAttribute("certificate", entry);
        model.addAttribute("fingerprint", Certificates.sha256(certificate));
        model.addAttribute("key", certificate.getPublicKey());
        model.addAttribute("isListed", devices.find(entry.name()).isPresent());
        model.addAttribute("pem", Pem.certificate(certificate).toString());
        model.addAttribute("chain", Pem.certificates(files.chain(entry)));
        model.addAttribute("classic", renderings.fits(entry, certificate.getPublicKey()));
        model.addAttribute("reasons", RevocationPages.reasons(!entry.held()));
        model.addAttribute("revocable", isRevocable(entry));
        return "ca/certificate";
    }

    /** Whether there is something left to revoke that anybody would trust. */
    static boolean isRevocable(CertificateEntry entry) {
        return entry.held() || entry.status().holds();
    }

    @GetMapping("/{serialNumber}/certificate.pem")
    ResponseEntity<byte[]> pem(@PathVariable String serialNumber) {
        return files.pem(entry(serialNumber));
    }

    @GetMapping("/{serialNumber}/chain.pem")
    ResponseEntity<byte[]> chain(@PathVariable String serialNumber) {
        return files.chainPem(entry(serialNumber));
    }

    @GetMapping("/{serialNumber}/certificate.der")
    ResponseEntity<byte[]> der(@PathVariable String serialNumber) {
        return files.der(entry(serialNumber));
    }

    @GetMapping("/{serialNumber}/chain.p7c")
    ResponseEntity<byte[]> pkcs7(@PathVariable String serialNumber) {
        return files.pkcs7(entry(serialNumber));
    }

    @GetMapping("/{serialNumber}/classic.json")
    ResponseEntity<byte[]> classic(@PathVariable String serialNumber, Principal caller) {
        CertificateEntry entry = entry(serialNumber);
        return switch (renderings.render(entry, files.certificate(entry).getPublicKey(), caller.getName())) {
            case RenderingResult.Rendered(var certificate) -> ClassicCertificateEndpoint.file(certificate);
            case RenderingResult.Refused(String detail, String _) ->
                throw new ResponseStatusException(HttpStatus.CONFLICT, detail);
        };
    }

    @PostMapping("/{serialNumber}/revocation")
    String revoke(
            @PathVariable String serialNumber,
            @RequestParam String reason,
            @AuthenticationPrincipal Caller caller,
            RedirectAttributes next) {
        RevocationReason known = RevocationPages.reason(reason);
        SerialNumber number = entryFor(caller, serialNumber).serialNumber();
        switch (revocation.revoke(number, known, caller.getName())) {
            case RevocationResult.Revoked(CertificateEntry entry) ->
                next.addFlashAttribute(
                        "done",
                        entry.held()
                                ? "The certificate is on hold. Its live sessions have ended."
                                : "The certificate is revoked. Its live sessions have ended.");
            case RevocationResult.Unknown _ -> throw new ResponseStatusException(HttpStatus.NOT_FOUND);
            case RevocationResult.Refused(String detail, String reference) -> refused(next, detail, reference);
        }
        return "redirect:/certificates/" + number;
    }

    @PostMapping("/{serialNumber}/release")
    String release(@PathVariable String serialNumber, @AuthenticationPrincipal Caller caller, RedirectAttributes next) {
        SerialNumber number = entryFor(caller, serialNumber).serialNumber();
        switch (revocation.release(number, caller.getName())) {
            case ReleaseResult.Released _ ->
                next.addFlashAttribute("done", "The hold is over. The certificate can be used again at once.");
            case ReleaseResult.Unknown _ -> throw new ResponseStatusException(HttpStatus.NOT_FOUND);
            case ReleaseResult.Refused(String detail, String reference) -> refused(next, detail, reference);
        }
        return "redirect:/certificates/" + number;
    }

    private static void refused(RedirectAttributes next, String detail, String reference) {
        next.addFlashAttribute("failure", detail);
        next.addFlashAttribute("reference", reference);
    }

    private CertificateEntry entryFor(Caller caller, String serialNumber) {
        CertificateEntry entry = entry(serialNumber);
        if (entry.role().isForAdministrators() && !caller.may(Permission.ADMINISTER)) {
            throw new ResponseStatusException(HttpStatus.FORBIDDEN);
        }
        return entry;
    }

    private CertificateEntry entry(String serialNumber) {
        return SerialNumber.read(serialNumber)
                .flatMap(inventory::find)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
    }
}
