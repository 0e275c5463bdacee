package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.device.Device;
import dev.waxwing.server.device.DeviceRemoval;
import dev.waxwing.server.device.Devices;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.security.Principal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/api/v1/devices")
@Tag(name = "Devices", description = "Who may connect")
class DeviceEndpoints {

    private final Devices devices;
    private final DeviceRemoval removal;

    DeviceEndpoints(Devices devices, DeviceRemoval removal) {
        this.devices = devices;
        this.removal = removal;
    }

    /** A device in the REST interface. */
    record DeviceAnswer(
            @Schema(example = "camera-01") String name,

            @Schema(allowableValues = {"active", "expired", "revoked", "removed", "disabled"})
            String state,

            @Schema(allowableValues = {"wxp2", "classic"}) String trustLevel,

            @Nullable Instant lastSeenAt,

            @Schema(example = "3f9c1e0b7a6d4258a1f0c3d2e4b59687") @Nullable
            String certificateSerialNumber) {

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

    @DeleteMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Remove a device for good",
            description =
                    "Its certificates are revoked (cessationOfOperation), its open invites void, its session ends."
                        + " What was accepted from it stays, with its evidence; the device is listed as removed. Its"
                        + " name goes to another only with \"replace\": true.")
    @ApiResponse(responseCode = "204", description = "Removed")
    @ApiResponse(responseCode = "409", description = "It was removed before")
    void remove(@PathVariable String name, Principal caller) {
        switch (removal.remove(name, caller.getName())) {
            case DeviceRemoval.Result.Removed _ -> {}
            case DeviceRemoval.Result.AlreadyRemoved _ ->
                throw new ResponseStatusException(
                        HttpStatus.CONFLICT,
                        "The device %s was removed before. There is nothing left to do.".formatted(name));
            case DeviceRemoval.Result.Unknown _ -> throw Missing.named("device", name);
        }
    }
}
