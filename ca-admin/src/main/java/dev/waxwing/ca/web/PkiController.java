package dev.waxwing.ca.web;

import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.authority.Pem;
import dev.waxwing.ca.revocation.OcspResponder;
import dev.waxwing.ca.revocation.RevocationList;
import dev.waxwing.ca.revocation.RevocationLists;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What everybody may know: the authority's certificates, revocation lists and OCSP answers. No login. */
@RestController
@RequestMapping("/pki")
@Tag(name = "pki")
final class PkiController {

    private static final String PEM = "application/x-pem-file";
    private static final String CRL = "application/pkix-crl";

    private final CertificateAuthority authority;
    private final RevocationLists lists;
    private final OcspResponder responder;

    PkiController(CertificateAuthority authority, RevocationLists lists, OcspResponder responder) {
        this.authority = authority;
        this.lists = lists;
        this.responder = responder;
    }

    @GetMapping(path = "/ca.pem", produces = PEM)
    @Operation(summary = "The root certificate")
    ResponseEntity<String> root() {
        return certificate(authority.rootCertificate());
    }

    @GetMapping(path = "/issuing-ca.pem", produces = PEM)
    @Operation(summary = "The current issuing authority's certificate")
    ResponseEntity<String> issuing() {
        return certificate(authority.issuingCertificate());
    }

    @GetMapping(path = "/issuing-ca/{id}.pem", produces = PEM)
    @Operation(summary = "The certificate of an issuing authority, be it the current one or another")
    ResponseEntity<String> issuing(@PathVariable String id) {
        return AuthorityId.parse(id)
                .flatMap(authority::issuer)
                .map(issuer -> certificate(issuer.certificate()))
                .orElseGet(() -> ResponseEntity.notFound().build());
    }

    private static ResponseEntity<String> certificate(X509Certificate certificate) {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.maxAge(Duration.ofHours(1)).cachePublic())
                .contentType(MediaType.parseMediaType(PEM))
                .body(Pem.certificate(certificate).toString());
    }

    @GetMapping(path = "/crl", produces = CRL)
    @Operation(summary = "The revocation list of the current issuing authority, DER")
    ResponseEntity<byte[]> crl() {
        return list(lists.issuing());
    }

    @GetMapping(path = "/crl/{id}", produces = CRL)
    @Operation(
            summary = "The revocation list of an issuing authority, DER",
            description = "The address that certificates name. One whose certificates have all ended publishes none.")
    ResponseEntity<byte[]> crl(@PathVariable String id) {
        return AuthorityId.parse(id)
                .flatMap(lists::of)
                .map(PkiController::list)
                .orElseGet(() -> ResponseEntity.notFound().build());
    }

    @GetMapping(path = "/root-crl", produces = CRL)
    @Operation(summary = "The revocation list of the root, DER")
    ResponseEntity<byte[]> rootCrl() {
        return list(lists.root());
    }

    private static ResponseEntity<byte[]> list(RevocationList list) {
        // A revocation must be seen within seconds, so caches ask each time; mostly the answer is 304.
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noCache())
                .eTag("\"" + list.issuer() + "-" + list.number() + "\"")
                .lastModified(list.thisUpdate())
                .contentType(MediaType.parseMediaType(CRL))
                .body(list.der());
    }

    @PostMapping(path = "/ocsp", consumes = OcspByGet.REQUEST, produces = OcspByGet.RESPONSE)
    @Operation(
            summary = "Status of certificates by OCSP (RFC 6960), DER",
            description = "The same with GET, the request in base64 as the last part of the path.")
    ResponseEntity<byte[]> ocsp(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(OcspResponder.MAX_REQUEST + 1);
        if (body.length > OcspResponder.MAX_REQUEST) {
            return ResponseEntity.status(HttpStatus.CONTENT_TOO_LARGE).build();
        }
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .contentType(MediaType.parseMediaType(OcspByGet.RESPONSE))
                .body(responder.respond(body, request.getRemoteAddr()));
    }
}
