package dev.waxwing.ca.web;

import dev.waxwing.ca.inventory.CertificateEntry;
import dev.waxwing.ca.inventory.Inventory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.stereotype.Component;

/** Shows certificates with what only they themselves say: their key and their issuer's name. One question for all of a page. */
@Component
record CertificateViews(Inventory inventory) {

    CertificateView of(CertificateEntry entry) {
        return of(List.of(entry)).getFirst();
    }

    List<CertificateView> of(List<CertificateEntry> entries) {
        Map<?, X509Certificate> certificates = inventory.certificates(
                entries.stream().map(CertificateEntry::serialNumber).toList());
        return entries.stream()
                .map(entry -> CertificateView.of(entry, Objects.requireNonNull(certificates.get(entry.serialNumber()))))
                .toList();
    }
}
