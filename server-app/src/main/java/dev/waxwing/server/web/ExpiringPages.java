package dev.waxwing.server.web;

import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.server.device.EndingDevices;
import dev.waxwing.server.device.EndingDevices.Ending;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The devices that need somebody to look after their certificate. */
@Controller
class ExpiringPages {

    private static final int MOST = 200;

    private final EndingDevices devices;
    private final Readmissions readmissions;

    ExpiringPages(EndingDevices devices, Readmissions readmissions) {
        this.devices = devices;
        this.readmissions = readmissions;
    }

    @GetMapping("/expiring")
    String list(Model model) {
        List<Ending> expired = devices.expired(MOST);
        model.addAttribute("numbers", devices.numbers());
        model.addAttribute("overdue", devices.overdue(MOST));
        model.addAttribute("expired", expired);
        model.addAttribute(
                "allowances", readmissions.of(expired.stream().map(Ending::name).toList()));
        return "expiring";
    }
}
