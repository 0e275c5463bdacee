package dev.waxwing.server.web;

import dev.waxwing.ca.authority.AuthorityFacts;
import dev.waxwing.ca.authority.CertificateAuthority;
import dev.waxwing.ca.inventory.CertificateSearch;
import dev.waxwing.ca.inventory.CertificateStatus;
import dev.waxwing.ca.inventory.Inventory;
import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Logins;
import dev.waxwing.server.device.Devices;
import dev.waxwing.server.device.EndingDevices;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.Transfers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

@Controller
class DashboardController {

    private static final int LATEST = 6;

    /** When a page without live news may ask for them again. */
    private static final Duration LIVE_AGAIN = Duration.ofMinutes(1);

    /** That a page is served says as much. */
    private static final Set<String> SELF_EVIDENT = Set.of("ping", "livenessState", "readinessState", "ssl");

    private final LiveFeed feed;
    private final Logins logins;
    private final Transfers transfers;
    private final Devices devices;
    private final EndingDevices ending;
    private final Inventory inventory;
    private final CertificateAuthority authority;
    private final HealthEndpoint health;
    private final Display display;
    private final Clock clock;

    DashboardController(
            LiveFeed feed,
            Logins logins,
            Transfers transfers,
            Devices devices,
            EndingDevices ending,
            Inventory inventory,
            CertificateAuthority authority,
            HealthEndpoint health,
            Display display,
            Clock clock) {
        this.feed = feed;
        this.logins = logins;
        this.transfers = transfers;
        this.devices = devices;
        this.ending = ending;
        this.inventory = inventory;
        this.authority = authority;
        this.health = health;
        this.display = display;
        this.clock = clock;
    }

    /**
     * One line of the health card.
     *
     * @param advice why it is not well or could be better, and what to do
     */
    record Part(String name, String state, List<String> advice) {}

    @GetMapping("/")
    String dashboard(Model model) {
        AuthorityFacts facts = authority.facts();
        model.addAttribute("live", true);
        model.addAttribute("numbers", feed.numbers());
        model.addAttribute("totals", transfers.totals());
        model.addAttribute("today", transfers.acceptedSince(startOfDay()));
        model.addAttribute(
                "latest", transfers.page(TransferFilter.ALL, 0, LATEST).items());
        model.addAttribute("devices", devices.count());
        model.addAttribute("ending", ending.numbers());
        model.addAttribute("validCertificates", count(CertificateStatus.VALID));
        model.addAttribute("expiringCertificates", count(CertificateStatus.EXPIRING));
        model.addAttribute("issuingNotAfter", facts.issuingNotAfter());
        HealthDescriptor now = health.health();
        model.addAttribute("health", display.health(now.getStatus().getCode()));
        model.addAttribute("components", parts(now));
        return "dashboard";
    }

    /** What open pages listen to. */
    @GetMapping(path = "/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<SseEmitter> live(@AuthenticationPrincipal Caller caller) {
        return switch (feed.open(caller, () -> logins.refreshed(caller).isPresent())) {
            case LiveFeed.Opening.Opened(SseEmitter stream) ->
                ResponseEntity.ok().contentType(MediaType.TEXT_EVENT_STREAM).body(stream);
            case LiveFeed.Opening.TooManyOfPerson() -> later(HttpStatus.TOO_MANY_REQUESTS);
            case LiveFeed.Opening.Full() -> later(HttpStatus.SERVICE_UNAVAILABLE);
        };
    }

    private static ResponseEntity<SseEmitter> later(HttpStatus status) {
        return ResponseEntity.status(status)
                .header(HttpHeaders.RETRY_AFTER, String.valueOf(LIVE_AGAIN.toSeconds()))
                .build();
    }

    private long count(CertificateStatus status) {
        return inventory.count(new CertificateSearch(null, status, 0, 1));
    }

    private Instant startOfDay() {
        return clock.instant()
                .atZone(ZoneOffset.UTC)
                .toLocalDate()
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    }

    /** The parts one by one; the groups are left out, because they repeat the parts. */
    private List<Part> parts(HealthDescriptor now) {
        return now instanceof CompositeHealthDescriptor composite
                ? Objects.requireNonNullElse(composite.getComponents(), Map.<String, HealthDescriptor>of())
                        .entrySet()
                        .stream()
                        .filter(part -> !SELF_EVIDENT.contains(part.getKey()))
                        .map(part -> part(part.getKey(), part.getValue()))
                        .sorted(Comparator.comparing(Part::name))
                        .toList()
                : List.of();
    }

    private Part part(String name, HealthDescriptor health) {
        Map<String, Object> details = health instanceof IndicatedHealthDescriptor indicated
                ? Objects.requireNonNullElse(indicated.getDetails(), Map.of())
                : Map.of();
        return new Part(
                display.component(name),
                display.health(health.getStatus().getCode()),
                HealthAdvice.of(name, health.getStatus(), details));
    }
}
