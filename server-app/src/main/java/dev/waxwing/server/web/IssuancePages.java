package dev.waxwing.server.web;

import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.IssuanceResult;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.KeyKind;
import dev.waxwing.ca.issuance.KeyMaker;
import dev.waxwing.ca.issuance.KeyOrder;
import dev.waxwing.ca.issuance.KeyResult;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.ca.issuance.RequestFault;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Permission;
import dev.waxwing.trust.PeerName;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The forms for a certificate: from a request, or together with a key that the server makes. */
@Controller
@RequestMapping("/certificates")
class IssuancePages {

    private static final long LONGEST_DAYS = 5 * 366;

    private final Issuance issuance;
    private final KeyMaker keys;
    private final Profiles profiles;
    private final KeyForms forms;

    IssuancePages(Issuance issuance, KeyMaker keys, Profiles profiles, KeyForms forms) {
        this.issuance = issuance;
        this.keys = keys;
        this.profiles = profiles;
        this.forms = forms;
    }

    @GetMapping("/new")
    String requestForm(@AuthenticationPrincipal Caller caller, Model model) {
        return form("ca/certificate-new", Profiles.DEFAULT, null, caller, model);
    }

    @GetMapping("/new/key")
    String keyForm(@AuthenticationPrincipal Caller caller, Model model) {
        model.addAttribute("kind", KeyKind.ECDSA_P256.text());
        return keyForm(forms.open(caller.getName()), Profiles.DEFAULT, null, caller, model);
    }

    private String keyForm(String ticket, String profile, @Nullable Long days, Caller caller, Model model) {
        model.addAttribute("ticket", ticket);
        return form("ca/certificate-new-key", profile, days, caller, model);
    }

    private String form(String view, String profile, @Nullable Long days, Caller caller, Model model) {
        model.addAttribute("profiles", profilesFor(caller));
        model.addAttribute("profile", profile);
        model.addAttribute("kinds", KeyKind.values());
        model.addAttribute("days", days);
        return view;
    }

    private List<Profile> profilesFor(Caller caller) {
        return profiles.all().stream()
                .filter(profile -> !profile.role().isForAdministrators() || caller.may(Permission.ADMINISTER))
                .toList();
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
                model.addAttribute("csr", csr);
                refused(fault, reference, response, model);
                yield form("ca/certificate-new", profile, days, caller, model);
            }
        };
    }

    private IssuanceResult issued(byte[] bytes, String profileName, @Nullable Long days, Caller caller) {
        String actor = caller.getName();
        if (!isPeriod(days)) {
            return issuance.refuse(actor, "unknown", RequestFault.VALIDITY);
        }
        return switch (CertificateRequest.read(bytes)) {
            case RequestCheck.Refused(RequestFault fault) -> issuance.refuse(actor, "unknown", fault);
            case RequestCheck.Accepted(CertificateRequest request) -> {
                String name = request.commonName().orElse(null);
                Profile profile = profile(profileName, caller);
                if (name == null) {
                    yield issuance.refuse(actor, "unknown", RequestFault.NAME);
                }
                if (profile == null) {
                    yield issuance.refuse(actor, name, RequestFault.PROFILE);
                }
                yield issuance.issue(CertificateOrder.of(request, new PeerName(name), profile, validity(days), actor));
            }
        };
    }

    /** A form that is sent again, because the page was reloaded or a button pressed twice, makes nothing again. */
    @PostMapping("/keys")
    String make(
            @RequestParam String name,
            @RequestParam String kind,
            @RequestParam(defaultValue = Profiles.DEFAULT) String profile,
            @RequestParam(required = false) @Nullable Long days,
            @RequestParam(defaultValue = "") String password,
            @RequestParam(defaultValue = "") String ticket,
            @AuthenticationPrincipal Caller caller,
            HttpServletResponse response,
            Model model) {
        String owner = caller.getName();
        KeyForms.Stand before = forms.send(ticket, owner);
        if (before instanceof KeyForms.Stand.Unknown) {
            response.setStatus(HttpStatus.CONFLICT.value());
            model.addAttribute(
                    "failure", "Nothing was made: this form was open for too long. Look it over and send it.");
            model.addAttribute("name", name);
            model.addAttribute("kind", kind);
            return keyForm(forms.open(owner), profile, days, caller, model);
        }
        if (!(before instanceof KeyForms.Stand.Blank)) {
            return toKey(ticket);
        }
        return switch (madeOnce(ticket, name.strip(), kind, profile, days, password, caller)) {
            case KeyResult.Made made -> {
                forms.ready(ticket, owner, shown(name.strip(), made));
                yield toKey(ticket);
            }
            case KeyResult.Refused(RequestFault fault, String reference) -> {
                forms.reopen(ticket, owner);
                model.addAttribute("name", name);
                model.addAttribute("kind", kind);
                refused(fault, reference, response, model);
                yield keyForm(ticket, profile, days, caller, model);
            }
        };
    }

    private static KeyForms.NewKey shown(String name, KeyResult.Made made) {
        return new KeyForms.NewKey(
                name,
                made.certificate().serialNumber().toString(),
                Base64.getEncoder().encodeToString(made.file().content()),
                made.madeUp());
    }

    private static String toKey(String ticket) {
        return "redirect:/certificates/keys/" + ticket;
    }

    private KeyResult madeOnce(
            String ticket,
            String name,
            String kind,
            String profile,
            @Nullable Long days,
            String password,
            Caller caller) {
        try {
            return made(name, kind, profile, days, password, caller);
        } catch (RuntimeException e) {
            forms.abandon(ticket);
            throw e;
        }
    }

    /** Shows key and password in this one answer: they are kept nowhere after it. */
    @GetMapping("/keys/{ticket}")
    String key(
            @PathVariable String ticket,
            @AuthenticationPrincipal Caller caller,
            HttpServletResponse response,
            Model model) {
        return switch (forms.fetch(ticket, caller.getName())) {
            case KeyForms.Stand.Ready(KeyForms.NewKey key) -> {
                model.addAttribute("key", key);
                yield "ca/certificate-key";
            }
            case KeyForms.Stand.Sent _ -> {
                response.setHeader("Refresh", "1");
                yield "ca/certificate-key-soon";
            }
            case KeyForms.Stand.Over(String serialNumber) -> {
                model.addAttribute("serial", serialNumber);
                yield gone(response);
            }
            case KeyForms.Stand.Blank _, KeyForms.Stand.Unknown _ -> gone(response);
        };
    }

    private static String gone(HttpServletResponse response) {
        response.setStatus(HttpStatus.GONE.value());
        return "ca/certificate-key-gone";
    }

    private KeyResult made(
            String name, String kindText, String profileName, @Nullable Long days, String password, Caller caller) {
        KeyKind kind = KeyKind.parse(kindText).orElse(null);
        Profile profile = profile(profileName, caller);
        if (!isPeriod(days)) {
            return refuseKey(RequestFault.VALIDITY, caller);
        }
        if (profile == null) {
            return refuseKey(RequestFault.PROFILE, caller);
        }
        if (kind == null) {
            return refuseKey(RequestFault.KEY_TYPE, caller);
        }
        String chosen = password.isEmpty() ? null : password;
        return keys.make(new KeyOrder(name, kind, profile, validity(days), chosen, false), caller.getName());
    }

    private KeyResult refuseKey(RequestFault fault, Caller caller) {
        IssuanceResult.Refused refusal = issuance.refuse(caller.getName(), "unknown", fault);
        return new KeyResult.Refused(refusal.fault(), refusal.reference());
    }

    private @Nullable Profile profile(String name, Caller caller) {
        return profiles.find(name).filter(profilesFor(caller)::contains).orElse(null);
    }

    private static boolean isPeriod(@Nullable Long days) {
        return days == null || days >= 1 && days <= LONGEST_DAYS;
    }

    private static @Nullable Duration validity(@Nullable Long days) {
        return days == null ? null : Duration.ofDays(days);
    }

    private static void refused(RequestFault fault, String reference, HttpServletResponse response, Model model) {
        response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
        model.addAttribute("failure", "No certificate was issued.");
        model.addAttribute("reference", reference);
        model.addAttribute("faults", Map.of(field(fault), fault.message()));
    }

    /** Beside which field of the forms a fault is told; the request and the kind of key share a place. */
    private static String field(RequestFault fault) {
        return switch (fault) {
            case PROFILE, KEY_KIND, AUTHORITY_ENDS -> "profile";
            case VALIDITY -> "days";
            case DEVICE_NAME, NAME_OF_REMOVED, NAME_OF_SERVER -> "name";
            case PASSWORD -> "password";
            case MALFORMED, TOO_LARGE, SIGNATURE_ALGORITHM, SIGNATURE, KEY_TYPE, WEAK_KEY, KEY_TAKEN, KEY_HELD, NAME ->
                "key";
        };
    }
}
