package dev.waxwing.server.web;

import dev.waxwing.server.classic.ClassicDevices;
import dev.waxwing.server.classic.ClassicKits;
import dev.waxwing.server.classic.ClassicProperties;
import dev.waxwing.server.classic.ConditionalOnClassic;
import dev.waxwing.server.classic.KitResult;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
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

/** The operator's list of classic devices; there only while classic is on. */
@Controller
@RequestMapping("/classic")
@ConditionalOnClassic
class ClassicPages {

    private final ClassicDevices devices;
    private final ClassicKits kits;
    private final ClassicProperties properties;

    ClassicPages(ClassicDevices devices, ClassicKits kits, ClassicProperties properties) {
        this.devices = devices;
        this.kits = kits;
        this.properties = properties;
    }

    @GetMapping
    String list(Model model) {
        model.addAttribute("live", true);
        model.addAttribute("devices", devices.all());
        model.addAttribute("sources", properties.allowedSources());
        model.addAttribute("maxFile", properties.maxFile().toBytes());
        return "classic";
    }

    /** Sends the kit, the only time that its private key is anywhere but on the device; or goes back and says why not. */
    @PostMapping
    @Nullable
    String make(
            @RequestParam String name,
            @RequestParam(required = false) @Nullable String replace,
            Principal caller,
            RedirectAttributes next,
            HttpServletResponse response)
            throws IOException {
        switch (kits.make(name.strip(), replace != null, caller.getName())) {
            case KitResult.Made made -> {
                KitArchive.send(made.name(), made.kit(), response);
                return null;
            }
            case KitResult.Refused(boolean _, String detail, String reference) -> {
                next.addFlashAttribute("failure", detail.replace("Ask for \"replace\": true", "Tick “Replace”"));
                next.addFlashAttribute("reference", reference);
                next.addFlashAttribute("name", name.strip());
                return "redirect:/classic";
            }
        }
    }

    @PostMapping("/{name}/disabled")
    String disable(
            @PathVariable String name, @RequestParam boolean disabled, Principal caller, RedirectAttributes next) {
        if (!devices.setDisabled(name, disabled, caller.getName())) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        next.addFlashAttribute(
                "done", disabled ? "%s is kept out.".formatted(name) : "%s may come again.".formatted(name));
        return "redirect:/classic";
    }

    @PostMapping("/{name}/removal")
    String remove(@PathVariable String name, Principal caller, RedirectAttributes next) {
        if (!devices.remove(name, caller.getName())) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        next.addFlashAttribute("done", "%s is off the list. What it sent stays.".formatted(name));
        return "redirect:/classic";
    }
}
