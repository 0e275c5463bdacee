package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.classic.ClassicDevice;
import dev.waxwing.server.classic.ClassicDevices;
import dev.waxwing.server.classic.ClassicKits;
import dev.waxwing.server.classic.ConditionalOnClassic;
import dev.waxwing.server.classic.KitResult;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The operator's list of classic devices for programs; there only while classic is on. */
@RestController
@RequestMapping("/api/v1/classic/devices")
@ConditionalOnClassic
@Tag(name = "Classic", description = "Devices that may use the insecure classic protocol; for administrators")
class ClassicEndpoints {

    private final ClassicDevices devices;
    private final ClassicKits kits;

    ClassicEndpoints(ClassicDevices devices, ClassicKits kits) {
        this.devices = devices;
        this.kits = kits;
    }

    /** A wish for a kit. */
    record KitOrder(
            @Schema(example = "old-camera") @Nullable String name,

            @Schema(description = "Whether a listed device may be given another key", defaultValue = "false") @Nullable
            Boolean replace) {}

    /** A kit just made, the only time its private key is shown. */
    record KitAnswer(
            @Schema(example = "old-camera") String name,

            @Schema(description = "The content of each file of the kit, by its path in it")
            Map<String, String> files) {

        @Override
        public String toString() {
            return "KitAnswer[" + name + "]";
        }
    }

    /** A listed device in the REST interface. */
    record ClassicDeviceAnswer(
            @Schema(example = "old-camera") String name,

            @Schema(allowableValues = {"enabled", "disabled", "moved to WXP/2"})
            String state,

            Instant addedAt,
            @Schema(example = "anna") String addedBy,
            @Nullable Instant lastSeenAt) {

        static ClassicDeviceAnswer of(ClassicDevice device) {
            return new ClassicDeviceAnswer(
                    device.name(), device.state(), device.addedAt(), device.addedBy(), device.lastSeenAt());
        }
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "List a classic device and make its kit",
            description = "The device's private key is in this answer and nowhere else.")
    ResponseEntity<KitAnswer> make(@RequestBody KitOrder order, Principal caller) {
        String name = order.name() == null ? "" : order.name();
        return switch (kits.make(name, Boolean.TRUE.equals(order.replace()), caller.getName())) {
            case KitResult.Made made ->
                ResponseEntity.created(URI.create("/api/v1/classic/devices/" + made.name()))
                        .cacheControl(CacheControl.noStore())
                        .body(new KitAnswer(made.name(), texts(made.kit().files())));
            case KitResult.Refused(boolean taken, String detail, String _) ->
                throw new ResponseStatusException(
                        taken ? HttpStatus.CONFLICT : HttpStatus.UNPROCESSABLE_CONTENT, detail);
        };
    }

    private static Map<String, String> texts(Map<String, byte[]> files) {
        Map<String, String> texts = new LinkedHashMap<>();
        files.forEach((path, content) -> texts.put(path, new String(content, StandardCharsets.US_ASCII)));
        return texts;
    }

    @GetMapping
    @Operation(summary = "List classic devices, newest first")
    Page<ClassicDeviceAnswer> list(
            @RequestParam(defaultValue = "0") int page, @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        List<ClassicDevice> all = devices.all();
        List<ClassicDeviceAnswer> items = all.stream()
                .skip((long) wanted.page() * wanted.size())
                .limit(wanted.size())
                .map(ClassicDeviceAnswer::of)
                .toList();
        return new Page<>(items, wanted.page(), wanted.size(), all.size());
    }

    @DeleteMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Take a device off the list", description = "Its session ends; what it sent stays.")
    void remove(@PathVariable String name, Principal caller) {
        if (!devices.remove(name, caller.getName())) {
            throw Missing.named("classic device", name);
        }
    }
}
