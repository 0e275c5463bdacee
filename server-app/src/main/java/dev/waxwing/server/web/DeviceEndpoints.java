package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.device.Device;
import dev.waxwing.server.device.Devices;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/devices")
@Tag(name = "Devices", description = "Who may connect")
class DeviceEndpoints {

    private final Devices devices;

    DeviceEndpoints(Devices devices) {
        this.devices = devices;
    }

    /** A device in the REST interface. */
    record DeviceAnswer(
            String name,
            String state,
            String trustLevel,
            @Nullable Instant lastSeenAt,
            @Nullable String certificateSerialNumber) {

        static DeviceAnswer of(Device device) {
            return new DeviceAnswer(
                    device.name(),
                    device.state().word(),
                    device.trustLevel(),
                    device.lastSeenAt(),
                    device.certificateSerialNumber());
        }
    }

    @GetMapping
    @Operation(summary = "List devices, newest first")
    Page<DeviceAnswer> list(
            @RequestParam(defaultValue = "") String query,
            @RequestParam(defaultValue = "0") int page,
            @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        return Pages.map(devices.page(query, wanted.page(), wanted.size()), DeviceAnswer::of);
    }

    @GetMapping("/{name}")
    @Operation(summary = "Show one device")
    DeviceAnswer find(@PathVariable String name) {
        return devices.find(name).map(DeviceAnswer::of).orElseThrow(() -> Missing.named("device", name));
    }
}
