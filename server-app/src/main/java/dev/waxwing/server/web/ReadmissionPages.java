package dev.waxwing.server.web;

import dev.waxwing.ca.enrollment.ReadmissionResult;
import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.server.device.Device;
import dev.waxwing.server.device.Devices;
import java.security.Principal;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What a device's page lets people do when a certificate of it has ended or was superseded. */
@Controller
@RequestMapping("/devices/{name}/readmission")
class ReadmissionPages {

    private final Devices devices;
    private final Readmissions readmissions;

    ReadmissionPages(Devices devices, Readmissions readmissions) {
        this.devices = devices;
        this.readmissions = readmissions;
    }

    @PostMapping
    String letIn(
            @PathVariable String name,
            @RequestParam(required = false) @Nullable Duration expiresIn,
            @RequestParam(required = false) @Nullable String certificate,
            Principal caller,
            RedirectAttributes next) {
        Device device = devices.find(name).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        SerialNumber predecessor = Optional.ofNullable(certificate)
                .or(() -> Optional.ofNullable(device.certificateSerialNumber()))
                .flatMap(SerialNumber::read)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.CONFLICT));
        Duration lifetime = expiresIn == null ? Readmissions.DEFAULT_LIFETIME : expiresIn;
        switch (readmissions.allow(name, predecessor, lifetime, caller.getName())) {
            case ReadmissionResult.Allowed(var _) ->
                next.addFlashAttribute(
                        "done",
                        "%s may come back with the key of certificate %s. It does so with its next command."
                                .formatted(name, predecessor));
            case ReadmissionResult.Refused(String detail, String reference) -> refused(next, detail, reference);
            case ReadmissionResult.Invalid(String detail, String reference) -> refused(next, detail, reference);
        }
        return "redirect:/devices/" + name;
    }

    private static void refused(RedirectAttributes next, String detail, String reference) {
        next.addFlashAttribute("failure", detail.replace("with \"replace\": true", "and tick “Replace”"));
        next.addFlashAttribute("reference", reference);
    }

    @PostMapping("/withdrawal")
    String keepOut(@PathVariable String name, Principal caller, RedirectAttributes next) {
        if (readmissions.withdraw(name, caller.getName())) {
            next.addFlashAttribute("done", "%s can no longer come back.".formatted(name));
        } else {
            next.addFlashAttribute("failure", "There was nothing to take back: it has come, or its time has passed.");
        }
        return "redirect:/devices/" + name;
    }
}
