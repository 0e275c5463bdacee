package dev.waxwing.server.web;

import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.ca.inventory.SerialNumber;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.device.Devices;
import dev.waxwing.trust.PeerName;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Where the page of an entry's subject is: two questions to the database for all entries of a page. */
@Component
class AuditLinks {

    private final Devices devices;
    private final Inventory inventory;

    AuditLinks(Devices devices, Inventory inventory) {
        this.devices = devices;
        this.inventory = inventory;
    }

    /** Paths of devices and certificates, by what the entries call them; what there is no page of is left out. */
    Map<String, String> of(Collection<AuditEntry> entries) {
        List<String> subjects =
                entries.stream().map(AuditEntry::subject).distinct().toList();
        Map<String, String> links = new HashMap<>();
        devices.known(subjects.stream().filter(PeerName::isValid).toList())
                .forEach(name -> links.put(name, "/devices/" + name));
        inventory
                .known(subjects.stream()
                        .filter(subject -> SerialNumber.parse(subject).isPresent())
                        .toList())
                .forEach(number -> links.put(number, "/certificates/" + number));
        return links;
    }
}
