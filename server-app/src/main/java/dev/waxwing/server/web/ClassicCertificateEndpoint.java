package dev.waxwing.server.web;

import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.web.CertificateFiles;
import dev.waxwing.ca.web.RefusedException;
import dev.waxwing.classic.ClassicCertificate;
import dev.waxwing.server.classic.ClassicRenderings;
import dev.waxwing.server.classic.RenderingResult;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.security.Principal;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The classic form of a device's certificate for programs. */
@RestController
@Tag(name = "certificates")
class ClassicCertificateEndpoint {

    private final Inventory inventory;
    private final CertificateFiles files;
    private final ClassicRenderings renderings;

    ClassicCertificateEndpoint(Inventory inventory, CertificateFiles files, ClassicRenderings renderings) {
        this.inventory = inventory;
        this.files = files;
        this.renderings = renderings;
    }

    @GetMapping("/api/v1/certificates/{serialNumber}/classic.json")
    @Operation(
            summary = "Download the classic form of a device's certificate",
            description =
                    "Name and key, signed by the classic authority, for a device with an RSA-2048 key that speaks to"
                            + " an original server. The classic list decides who may come here. Audited.")
    @ApiResponse(
            responseCode = "200",
            description = "As the original writes it, in JSON",
            content =
                    @Content(
                            mediaType = "application/octet-stream",
                            schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(responseCode = "409", description = "Classic is off, or the certificate has no classic form")
    ResponseEntity<byte[]> classic(@PathVariable String serialNumber, Principal caller) {
        CertificateEntry entry = SerialNumber.read(serialNumber)
                .flatMap(inventory::find)
                .orElseThrow(() -> Missing.named("certificate", serialNumber));
        return switch (renderings.render(entry, files.certificate(entry).getPublicKey(), caller.getName())) {
            case RenderingResult.Rendered(var certificate) -> file(certificate);
            case RenderingResult.Refused(var detail, var reference) ->
                throw new RefusedException(
                        HttpStatus.CONFLICT, "The certificate has no classic form", detail, reference);
        };
    }

    static ResponseEntity<byte[]> file(ClassicCertificate certificate) {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .contentType(MediaType.APPLICATION_JSON)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("device_certificate.json")
                                .build()
                                .toString())
                .body(certificate.encode().toArray());
    }
}
