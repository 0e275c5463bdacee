package dev.waxwing.server.web;

import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.web.Page;
import dev.waxwing.server.device.Device;
import dev.waxwing.server.device.DeviceRemoval;
import dev.waxwing.server.device.DeviceState;
import dev.waxwing.server.device.Devices;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.session.Session;
import dev.waxwing.server.session.Sessions;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
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
@RequestMapping("/devices")
class DevicePages {

    private static final int LATEST = 12;

    private final Devices devices;
    private final Sessions sessions;
    private final Transfers transfers;
    private final Inventory inventory;
    private final DeviceRemoval removal;
    private final Readmissions readmissions;

    DevicePages(
            Devices devices,
            Sessions sessions,
            Transfers transfers,
            Inventory inventory,
            DeviceRemoval removal,
            Readmissions readmissions) {
        this.devices = devices;
        this.sessions = sessions;
        this.transfers = transfers;
        this.inventory = inventory;
        this.removal = removal;
        this.readmissions = readmissions;
    }

    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String query,
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "0") int page,
            Model model) {
        PageRequest wanted = new PageRequest(page, PageRequest.DEFAULT_SIZE);
        DeviceState only = DeviceState.parse(state).orElse(null);
        String shown = only == null ? "" : state;
        Page<Device> found = devices.page(query, only, wanted.page(), wanted.size());
        model.addAttribute("live", true);
        model.addAttribute("page", found);
        model.addAttribute("pager", Pager.of(found, "/devices", Map.of("query", query, "state", shown)));
        model.addAttribute("query", query);
        model.addAttribute("state", shown);
        model.addAttribute("states", DeviceState.values());
        model.addAttribute("connected", connected(found));
        return "devices";
    }

    @GetMapping("/{name}")
    String show(@PathVariable String name, Model model) {
        Device device = devices.find(name).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        model.addAttribute("live", true);
        model.addAttribute("device", device);
        model.addAttribute("connection", sessions.ofDevice(name).orElse(null));
        List<CertificateEntry> certificates = inventory.ofName(name, CertificateRole.DEVICE);
        model.addAttribute("certificates", certificates);
        model.addAttribute("revocable", certificates.stream().anyMatch(CertificatePages::isRevocable));
        model.addAttribute("reasons", RevocationPages.reasons(true));
        model.addAttribute("readmission", readmissions.of(name).orElse(null));
        model.addAttribute("readmittable", readmittable(device, certificates));
        model.addAttribute("latest", transfers.page(new TransferFilter(name, null, null), 0, LATEST));
        return "device";
    }

    /** Whose newest certificate was revoked comes back by an invite. */
    private static List<CertificateEntry> readmittable(Device device, List<CertificateEntry> certificates) {
        return device.state().mayConnect() || device.state() == DeviceState.EXPIRED
                ? Readmissions.candidates(certificates)
                : List.of();
    }

    /** Removes a device; the name is typed once more, because there is no way back. */
    @PostMapping("/{name}/removal")
    String remove(@PathVariable String name, @RequestParam String confirm, Principal caller, RedirectAttributes next) {
        if (!confirm.strip().equals(name)) {
            next.addFlashAttribute("failure", "The name typed was not %s. Nothing was changed.".formatted(name));
            return "redirect:/devices/{name}";
        }
        switch (removal.remove(name, caller.getName())) {
            case DeviceRemoval.Result.Removed(int certificates, int invites) ->
                next.addFlashAttribute(
                        "done",
                        "%s is removed. Certificates revoked: %d; open invites that are void now: %d. What it sent stays."
                                .formatted(name, certificates, invites));
            case DeviceRemoval.Result.AlreadyRemoved _ ->
                next.addFlashAttribute("done", "%s was removed before.".formatted(name));
            case DeviceRemoval.Result.Unknown _ -> throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return "redirect:/devices";
    }

    private Map<String, Session> connected(Page<Device> page) {
        return page.items().stream()
                .flatMap(device -> sessions.ofDevice(device.name()).stream())
                .collect(Collectors.toMap(Session::device, Function.identity()));
    }
}
