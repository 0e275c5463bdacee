package dev.waxwing.server.web;

import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.inventory.CertificateRole;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.web.Page;
import dev.waxwing.server.device.Device;
import dev.waxwing.server.device.Devices;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.session.Session;
import dev.waxwing.server.session.Sessions;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

@Controller
@RequestMapping("/devices")
class DevicePages {

    private static final int LATEST = 12;

    private final Devices devices;
    private final Sessions sessions;
    private final Transfers transfers;
    private final Inventory inventory;
    private final Readmissions readmissions;

    DevicePages(
            Devices devices, Sessions sessions, Transfers transfers, Inventory inventory, Readmissions readmissions) {
        this.devices = devices;
        this.sessions = sessions;
        this.transfers = transfers;
        this.inventory = inventory;
        this.readmissions = readmissions;
    }

    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String query, @RequestParam(defaultValue = "0") int page, Model model) {
        PageRequest wanted = new PageRequest(page, PageRequest.DEFAULT_SIZE);
        Page<Device> found = devices.page(query, wanted.page(), wanted.size());
        model.addAttribute("live", true);
        model.addAttribute("page", found);
        model.addAttribute("pager", Pager.of(found, "/devices", Map.of("query", query)));
        model.addAttribute("query", query);
        model.addAttribute("connected", connected(found));
        return "devices";
    }

    @GetMapping("/{name}")
    String show(@PathVariable String name, Model model) {
        Device device = devices.find(name).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        model.addAttribute("live", true);
        model.addAttribute("device", device);
        model.addAttribute("connection", sessions.ofDevice(name).orElse(null));
        model.addAttribute("certificates", inventory.ofName(name, CertificateRole.DEVICE));
        model.addAttribute("successors", inventory.successors(name));
        model.addAttribute("readmission", readmissions.of(name).orElse(null));
        model.addAttribute("latest", transfers.page(new TransferFilter(name, null, null), 0, LATEST));
        return "device";
    }

    private Map<String, Session> connected(Page<Device> page) {
        return page.items().stream()
                .flatMap(device -> sessions.ofDevice(device.name()).stream())
                .collect(Collectors.toMap(Session::device, Function.identity()));
    }
}
