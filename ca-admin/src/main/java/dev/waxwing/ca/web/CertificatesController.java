package dev.waxwing.ca.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.waxwing.ca.authority.Pem;
import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.ca.issuance.CertificateOrder;
import dev.waxwing.ca.issuance.CertificateRequest;
import dev.waxwing.ca.issuance.Issuance;
import dev.waxwing.ca.issuance.IssuanceResult;
import dev.waxwing.ca.issuance.IssuedCertificate;
import dev.waxwing.ca.issuance.KeyKind;
import dev.waxwing.ca.issuance.KeyMaker;
import dev.waxwing.ca.issuance.KeyOrder;
import dev.waxwing.ca.issuance.KeyResult;
import dev.waxwing.ca.issuance.Profile;
import dev.waxwing.ca.issuance.Profiles;
import dev.waxwing.ca.issuance.RequestCheck;
import dev.waxwing.ca.issuance.RequestFault;
import dev.waxwing.trust.PeerName;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Certificates over REST: issue, list, show, download. */
@RestController
@RequestMapping("/api/v1/certificates")
@Tag(name = "certificates")
final class CertificatesController {

    private static final String PKCS12 = "application/x-pkcs12";

    private final Issuance issuance;
    private final Profiles profiles;
    private final KeyMaker keys;
    private final Inventory inventory;
    private final CertificateViews views;
    private final CertificateFiles files;
    private final RefusalJournal journal;

    CertificatesController(
            Issuance issuance,
            Profiles profiles,
            KeyMaker keys,
            Inventory inventory,
            CertificateViews views,
            CertificateFiles files,
            RefusalJournal journal) {
        this.issuance = issuance;
        this.profiles = profiles;
        this.keys = keys;
        this.inventory = inventory;
        this.views = views;
        this.files = files;
        this.journal = journal;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE, produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Issue a certificate for a request, or together with a key",
            description = "With csr: the subject of the request is CN=<name>; alternative names that it asks for are"
                    + " ignored. With key and name: the server makes the key, and this answer is the only place"
                    + " where it is, as PKCS#12 in base64; with Accept: application/x-pkcs12, the file itself.")
    @ApiResponse(responseCode = "201", description = "Issued")
    @ApiResponse(
            responseCode = "409",
            description = "The key is in use elsewhere, the device was removed, or the name is the server's")
    @ApiResponse(responseCode = "422", description = "The request is refused; the detail says why")
    @ApiResponse(responseCode = "403", description = "Only an administrator has certificates of other roles issued")
    ResponseEntity<Issued> issue(
            @Valid @RequestBody Order order, @Nullable Principal principal, HttpServletRequest http) {
        if (order.key() == null) {
            IssuedCertificate issued = certified(order, principal, http);
            return created(issued, Issued.of(issued));
        }
        KeyResult.Made made = made(order, principal, http);
        return created(made.certificate(), Issued.of(made));
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE, produces = PKCS12)
    @Operation(hidden = true)
    ResponseEntity<byte[]> issueFile(
            @Valid @RequestBody Order order, @Nullable Principal principal, HttpServletRequest http) {
        if (order.key() == null || order.password() == null) {
            throw refuse(
                    HttpStatus.BAD_REQUEST,
                    "certificates",
                    "A PKCS#12 file needs key, name and password in the order; without a password of yours, ask for"
                            + " application/json, which has room for one that is made up.",
                    principal);
        }
        KeyResult.Made made = made(order, principal, http);
        return created(made.certificate(), made.file().content());
    }

    private IssuedCertificate certified(Order order, @Nullable Principal principal, HttpServletRequest http) {
        String actor = Refusals.actor(principal);
        String csr = order.csr();
        if (csr == null || csr.isBlank() || order.name() != null || order.password() != null) {
            throw refuse(
                    HttpStatus.BAD_REQUEST,
                    "certificates",
                    "Give either csr, whose subject has the name, or key, name and, if you like, password.",
                    principal);
        }
        CertificateRequest request = switch (CertificateRequest.read(csr.getBytes(StandardCharsets.UTF_8))) {
            case RequestCheck.Accepted(var accepted) -> accepted;
            case RequestCheck.Refused(var fault) -> throw refused(issuance.refuse(actor, "unknown", fault));
        };
        String name =
                request.commonName().orElseThrow(() -> refused(issuance.refuse(actor, "unknown", RequestFault.NAME)));
        Profile profile = profile(order, name, principal, http);
        var wanted = CertificateOrder.of(request, new PeerName(name), profile, order.validity(), actor);
        return switch (issuance.issue(replaces(order) ? wanted.replacing() : wanted)) {
            case IssuanceResult.Issued(var issued) -> issued;
            case IssuanceResult.Refused refusal -> throw refused(refusal);
        };
    }

    private KeyResult.Made made(Order order, @Nullable Principal principal, HttpServletRequest http) {
        String name = order.name();
        if (order.csr() != null || name == null) {
            throw refuse(
                    HttpStatus.BAD_REQUEST,
                    "certificates",
                    "With key there must be a name, and no csr: a request has a key of its own.",
                    principal);
        }
        KeyKind kind = KeyKind.parse(String.valueOf(order.key()))
                .orElseThrow(() -> refuse(
                        HttpStatus.BAD_REQUEST,
                        "certificates",
                        "A key is one of: " + String.join(", ", KeyKind.texts()) + ".",
                        principal));
        Profile profile = profile(order, name, principal, http);
        var wanted = new KeyOrder(name, kind, profile, order.validity(), order.password(), replaces(order));
        return switch (keys.make(wanted, Refusals.actor(principal))) {
            case KeyResult.Made made -> made;
            case KeyResult.Refused(var fault, var reference) ->
                throw refused(new IssuanceResult.Refused(fault, reference));
        };
    }

    private Profile profile(Order order, String name, @Nullable Principal principal, HttpServletRequest http) {
        String subject = PeerName.isValid(name) ? name : "unknown";
        Profile profile = profiles.find(order.profile())
                .orElseThrow(() -> refused(issuance.refuse(Refusals.actor(principal), subject, RequestFault.PROFILE)));
        if (profile.role().isForAdministrators() && principal != null && !http.isUserInRole(Refusals.ADMINISTER)) {
            throw refuse(
                    HttpStatus.FORBIDDEN,
                    subject,
                    "Only an administrator has certificates issued that are not a device's: profile " + profile.name()
                            + ".",
                    principal);
        }
        return profile;
    }

    private static boolean replaces(Order order) {
        return Boolean.TRUE.equals(order.replace());
    }

    /** An answer with a key in it is for nobody's cache. */
    private static <T> ResponseEntity<T> created(IssuedCertificate issued, T body) {
        return ResponseEntity.created(URI.create("/api/v1/certificates/" + issued.serialNumber()))
                .cacheControl(CacheControl.noStore())
                .body(body);
    }

    private static RefusedException refused(IssuanceResult.Refused refusal) {
        HttpStatus status = switch (refusal.fault()) {
            case KEY_TAKEN, NAME_OF_REMOVED, NAME_OF_SERVER -> HttpStatus.CONFLICT;
            default -> HttpStatus.UNPROCESSABLE_CONTENT;
        };
        return new RefusedException(
                status, "The certificate was not issued", refusal.fault().message(), refusal.reference());
    }

    @GetMapping
    @Operation(summary = "List certificates, newest first")
    Page<CertificateView> list(
            @Parameter(description = "Part of a name or of a serial number", example = "camera")
                    @RequestParam(required = false)
                    @Size(max = 100, message = "must have at most {max} characters")
                    @Nullable
                    String query,
            @Parameter(schema = @Schema(allowableValues = {"valid", "expiring", "superseded", "expired", "revoked"}))
                    @RequestParam(required = false)
                    @Nullable
                    String status,
            @RequestParam(defaultValue = "0")
                    @Min(value = 0, message = "must be {value} or more")
                    @Max(value = 1_000_000, message = "must be {value} or less")
                    int page,
            @RequestParam(defaultValue = Page.DEFAULT_SIZE)
                    @Min(value = 1, message = "must be {value} or more")
                    @Max(value = Page.MAX_SIZE, message = "must be {value} or less")
                    int size,
            @Nullable Principal principal) {
        var search = new CertificateSearch(query, status(status, principal), page, size);
        var items = views.of(inventory.list(search));
        return Page.of(items, page, size, () -> inventory.count(search));
    }

    private @Nullable CertificateStatus status(@Nullable String text, @Nullable Principal principal) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        return CertificateStatus.parse(text)
                .orElseThrow(() -> refuse(
                        HttpStatus.BAD_REQUEST,
                        "certificates",
                        "A status is one of: " + String.join(", ", CertificateStatus.texts()) + ".",
                        principal));
    }

    @GetMapping(path = "/{serialNumber}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(
            summary = "Show a certificate as JSON, or in the form that Accept names",
            description = "application/x-pem-file: PEM; application/pem-certificate-chain: PEM, with its issuer;"
                    + " application/pkix-cert: DER; application/pkcs7-mime: PKCS#7, with its issuer. The same as files:"
                    + " certificate.pem, chain.pem, certificate.der, chain.p7c below this address.")
    CertificateView show(@PathVariable String serialNumber, @Nullable Principal principal) {
        return views.of(entry(serialNumber, principal));
    }

    @GetMapping(path = "/{serialNumber}", produces = CertificateFiles.PEM)
    @Operation(hidden = true)
    ResponseEntity<byte[]> showPem(@PathVariable String serialNumber, @Nullable Principal principal) {
        return files.pem(entry(serialNumber, principal));
    }

    @GetMapping(path = "/{serialNumber}", produces = CertificateFiles.CHAIN)
    @Operation(hidden = true)
    ResponseEntity<byte[]> showChain(@PathVariable String serialNumber, @Nullable Principal principal) {
        return files.chainPem(entry(serialNumber, principal));
    }

    @GetMapping(path = "/{serialNumber}", produces = CertificateFiles.DER)
    @Operation(hidden = true)
    ResponseEntity<byte[]> showDer(@PathVariable String serialNumber, @Nullable Principal principal) {
        return files.der(entry(serialNumber, principal));
    }

    @GetMapping(path = "/{serialNumber}", produces = CertificateFiles.PKCS7)
    @Operation(hidden = true)
    ResponseEntity<byte[]> showPkcs7(@PathVariable String serialNumber, @Nullable Principal principal) {
        return files.pkcs7(entry(serialNumber, principal));
    }

    @GetMapping("/{serialNumber}/certificate.pem")
    @Operation(summary = "Download a certificate in PEM")
    @ApiResponse(
            responseCode = "200",
            description = "The file",
            content = @Content(mediaType = CertificateFiles.PEM, schema = @Schema(type = "string", format = "binary")))
    ResponseEntity<byte[]> pem(@PathVariable String serialNumber, @Nullable Principal principal) {
        return files.pem(entry(serialNumber, principal));
    }

    @GetMapping("/{serialNumber}/chain.pem")
    @Operation(summary = "Download a certificate and its issuer in PEM")
    @ApiResponse(
            responseCode = "200",
            description = "The file",
            content =
                    @Content(mediaType = CertificateFiles.CHAIN, schema = @Schema(type = "string", format = "binary")))
    ResponseEntity<byte[]> chain(@PathVariable String serialNumber, @Nullable Principal principal) {
        return files.chainPem(entry(serialNumber, principal));
    }

    @GetMapping("/{serialNumber}/certificate.der")
    @Operation(summary = "Download a certificate in DER")
    @ApiResponse(
            responseCode = "200",
            description = "The file",
            content = @Content(mediaType = CertificateFiles.DER, schema = @Schema(type = "string", format = "binary")))
    ResponseEntity<byte[]> der(@PathVariable String serialNumber, @Nullable Principal principal) {
        return files.der(entry(serialNumber, principal));
    }

    @GetMapping("/{serialNumber}/chain.p7c")
    @Operation(summary = "Download a certificate and its issuer in PKCS#7, DER")
    @ApiResponse(
            responseCode = "200",
            description = "The file",
            content =
                    @Content(mediaType = CertificateFiles.PKCS7, schema = @Schema(type = "string", format = "binary")))
    ResponseEntity<byte[]> pkcs7(@PathVariable String serialNumber, @Nullable Principal principal) {
        return files.pkcs7(entry(serialNumber, principal));
    }

    private CertificateEntry entry(String serialNumber, @Nullable Principal principal) {
        return SerialNumber.read(serialNumber)
                .flatMap(inventory::find)
                .orElseThrow(() -> refuse(HttpStatus.NOT_FOUND, serialNumber, Refusals.NO_SUCH_CERTIFICATE, principal));
    }

    private RefusedException refuse(HttpStatus status, String subject, String detail, @Nullable Principal principal) {
        return Refusals.refused(journal, principal, status, subject, detail);
    }

    @Schema(name = "CertificateOrder")
    record Order(
            @Schema(
                    description = "PKCS#10, PEM; or else key and name",
                    example = "-----BEGIN CERTIFICATE REQUEST-----\nMIH...\n-----END CERTIFICATE REQUEST-----\n")
            @Size(max = CertificateRequest.MAX_LENGTH, message = "must have at most {max} characters")
            @Nullable
            String csr,

            @Schema(
                    description = "The kind of key that the server is to make",
                    allowableValues = {"ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096"})
            @Size(max = 32, message = "must have at most {max} characters")
            @Nullable
            String key,

            @Schema(description = "With key: the name to be certified", example = "camera-01")
            @Size(max = 63, message = "must have at most {max} characters")
            @Nullable
            String name,

            @Schema(
                    description = "With key: of the PKCS#12 file, 12 to 64 characters of ASCII; made up unless given",
                    example = "four seagulls on a pier")
            @Size(max = 64, message = "must have at most {max} characters")
            @Nullable
            String password,

            @Schema(example = "camera")
            @NotBlank(message = "must be given")
            @Size(max = 32, message = "must have at most {max} characters")
            String profile,

            @Schema(description = "ISO 8601; as long as the profile says, unless given", example = "P30D") @Nullable
            Duration validity,

            @Schema(description = "Whether it may take the name of a removed device", example = "false") @Nullable
            Boolean replace) {

        @Override
        public String toString() {
            return "Order[" + profile + "]";
        }
    }

    @Schema(name = "IssuedCertificate")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Issued(
            @Schema(example = "3f9c1e0b7a6d4258a1f0c3d2e4b59687")
            String serialNumber,

            @Schema(example = "CN=camera-01") String subject,
            Instant notBefore,
            Instant notAfter,

            @Schema(example = "-----BEGIN CERTIFICATE-----\nMII...\n-----END CERTIFICATE-----\n")
            String pem,

            @Schema(
                    description = "The certificate and its issuer; the root is at /pki/ca.pem",
                    example = "-----BEGIN CERTIFICATE-----\nMII...\n-----END CERTIFICATE-----\n")
            String chainPem,

            @Schema(
                    description = "Of a key that the server made: key and chain as PKCS#12, base64",
                    example = "MIIE...")
            byte @Nullable [] pkcs12,

            @Schema(description = "The password of pkcs12, if it was made up", example = "k2fq-7mza-w9dc-x4rt")
            @Nullable
            String password) {

        static Issued of(IssuedCertificate issued) {
            return of(issued, null, null);
        }

        static Issued of(KeyResult.Made made) {
            return of(made.certificate(), made.file().content(), made.madeUp());
        }

        private static Issued of(IssuedCertificate issued, byte @Nullable [] pkcs12, @Nullable String password) {
            X509Certificate certificate = issued.certificate();
            return new Issued(
                    issued.serialNumber().toString(),
                    certificate.getSubjectX500Principal().getName(),
                    certificate.getNotBefore().toInstant(),
                    certificate.getNotAfter().toInstant(),
                    Pem.certificate(certificate).toString(),
                    Pem.certificates(issued.chain()),
                    pkcs12,
                    password);
        }

        @Override
        public String toString() {
            return "Issued[" + serialNumber + "]";
        }
    }
}
