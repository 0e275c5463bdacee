package dev.waxwing.server.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.waxwing.ca.enrollment.ReadmissionEntry;
import dev.waxwing.ca.enrollment.ReadmissionResult;
import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.web.Page;
import dev.waxwing.ca.web.RefusedException;
import dev.waxwing.server.device.Device;
import dev.waxwing.server.device.DeviceRemoval;
import dev.waxwing.server.device.DeviceState;
import dev.waxwing.server.device.Devices;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
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

@RestController
@RequestMapping("/api/v1/devices")
@Tag(name = "Devices", description = "Who may connect")
class DeviceEndpoints {

    private final Devices devices;
    private final DeviceRemoval removal;
    private final Readmissions readmissions;

    DeviceEndpoints(Devices devices, DeviceRemoval removal, Readmissions readmissions) {
        this.devices = devices;
        this.removal = removal;
        this.readmissions = readmissions;
    }

    /** A device in the REST interface. */
    record DeviceAnswer(
            @Schema(example = "camera-01") String name,

            @Schema(allowableValues = {"active", "expiring", "expired", "revoked", "removed", "disabled"})
            String state,

            @Schema(
                    description = "How far what it sends can be proved; none as long as it has not come",
                    allowableValues = {"wxp2", "classic", "none"})
            String trustLevel,

            @Nullable Instant lastSeenAt,

            @Schema(example = "3f9c1e0b7a6d4258a1f0c3d2e4b59687") @Nullable
            String certificateSerialNumber,

            @Nullable Instant certificateEnds,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            ReadmissionAnswer readmission) {

        static DeviceAnswer of(Device device, @Nullable ReadmissionEntry readmission) {
            return new DeviceAnswer(
                    device.name(),
                    device.state().word(),
                    device.trustLevel(),
                    device.lastSeenAt(),
                    device.certificateSerialNumber(),
                    device.certificateEnds(),
                    readmission == null ? null : ReadmissionAnswer.of(readmission));
        }
    }

    /** A wish to let a device back in. */
    @Schema(name = "ReadmissionOrder")
    record ReadmissionOrder(
            @Schema(description = "ISO 8601, 1 minute to 30 days; 7 days unless given", example = "P7D") @Nullable
            Duration expiresIn,

            @Schema(
                    description = "The certificate whose key may come back; the device's newest unless given",
                    example = "3f9c1e0b7a6d4258a1f0c3d2e4b59687")
            @Nullable
            String certificateSerialNumber) {}

    /** That a device may come back, or could. */
    @Schema(name = "Readmission")
    record ReadmissionAnswer(
            @Schema(
                    example = "open",
                    allowableValues = {"open", "used", "expired", "withdrawn"})
            String state,

            @Schema(
                    description = "The certificate whose key may come back",
                    example = "3f9c1e0b7a6d4258a1f0c3d2e4b59687")
            String certificateSerialNumber,

            @Schema(example = "olga") String createdBy,
            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant usedAt) {

        static ReadmissionAnswer of(ReadmissionEntry entry) {
            return new ReadmissionAnswer(
                    entry.state().text(),
                    entry.predecessor().toString(),
                    entry.createdBy(),
                    entry.createdAt(),
                    entry.expiresAt(),
                    entry.usedAt());
        }
    }

    @GetMapping
    @Operation(summary = "List devices, newest first")
    Page<DeviceAnswer> list(
            @RequestParam(defaultValue = "") String query,
            @Parameter(
                            description =
                                    "Only devices that stand so; of expiring ones the certificate should have been"
                                            + " renewed by now",
                            schema =
                                    @Schema(
                                            allowableValues = {
                                                "active",
                                                "expiring",
                                                "expired",
                                                "revoked",
                                                "removed",
                                                "disabled"
                                            }))
                    @RequestParam(defaultValue = "")
                    String state,
            @RequestParam(defaultValue = "0") int page,
            @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        Page<Device> found = devices.page(query, state(state), wanted.page(), wanted.size());
        Map<String, ReadmissionEntry> allowances =
                readmissions.of(found.items().stream().map(Device::name).toList());
        return Pages.map(found, device -> DeviceAnswer.of(device, allowances.get(device.name())));
    }

    private static @Nullable DeviceState state(String word) {
        if (word.isEmpty()) {
            return null;
        }
        return DeviceState.parse(word)
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.BAD_REQUEST,
                        "A state is one of: active, expiring, expired, revoked, removed, disabled."));
    }

    @GetMapping("/{name}")
    @Operation(summary = "Show one device")
    DeviceAnswer find(@PathVariable String name) {
        return devices.find(name)
                .map(device ->
                        DeviceAnswer.of(device, readmissions.of(device.name()).orElse(null)))
                .orElseThrow(() -> Missing.named("device", name));
    }

    @PostMapping("/{name}/readmission")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Let a device back in whose certificate has expired",
            description = "It may come once, with the key that it has. What was allowed before ends with this.")
    @ApiResponse(responseCode = "201", description = "It may come")
    @ApiResponse(responseCode = "409", description = "Its certificate still holds, or the key was revoked")
    @ApiResponse(responseCode = "422", description = "The time is not acceptable")
    ReadmissionAnswer letIn(
            @PathVariable String name,
            @RequestBody(required = false) @Nullable ReadmissionOrder order,
            Principal caller) {
        Device device = devices.find(name).orElseThrow(() -> Missing.named("device", name));
        String wanted = order == null || order.certificateSerialNumber() == null
                ? device.certificateSerialNumber()
                : order.certificateSerialNumber();
        SerialNumber certificate = Optional.ofNullable(wanted)
                .flatMap(SerialNumber::read)
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.CONFLICT, "The device has no certificate with a key that could come back."));
        Duration lifetime =
                order == null || order.expiresIn() == null ? Readmissions.DEFAULT_LIFETIME : order.expiresIn();
        return switch (readmissions.allow(name, certificate, lifetime, caller.getName())) {
            case ReadmissionResult.Allowed(ReadmissionEntry entry) -> ReadmissionAnswer.of(entry);
            case ReadmissionResult.Refused(String detail, String reference) ->
                throw new RefusedException(HttpStatus.CONFLICT, "The device was not let back in", detail, reference);
            case ReadmissionResult.Invalid(String detail, String reference) ->
                throw new RefusedException(
                        HttpStatus.UNPROCESSABLE_CONTENT, "The device was not let back in", detail, reference);
        };
    }

    @DeleteMapping("/{name}/readmission")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Take back what a device may, as long as it has not come")
    @ApiResponse(responseCode = "204", description = "It may not come any more")
    @ApiResponse(responseCode = "404", description = "There is no such device, or it may not come back as it is")
    void keepOut(@PathVariable String name, Principal caller) {
        if (!readmissions.withdraw(name, caller.getName())) {
            throw Missing.named("open readmission of", name);
        }
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
