package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.session.Session;
import dev.waxwing.server.session.Sessions;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.security.Principal;
import java.time.Instant;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/sessions")
@Tag(name = "Sessions", description = "Who is connected now")
class SessionEndpoints {

    private final Sessions sessions;

    SessionEndpoints(Sessions sessions) {
        this.sessions = sessions;
    }

    /** A live session in the REST interface. */
    record SessionAnswer(
            @Schema(example = "8c7e6d5b4a3928175f2a6c1e9b0d4f3a")
            String id,

            @Schema(example = "camera-01") String device,

            @Schema(allowableValues = {"wxp2", "classic"}) String trustLevel,

            @Schema(example = "AES_256_GCM_SHA384") String suite,
            @Schema(example = "2") int epoch,
            long ratchets,
            long keyBytes,
            Instant startedAt,
            @Schema(example = "192.0.2.7:50000") String remoteAddress) {

        static SessionAnswer of(Session session) {
            return new SessionAnswer(
                    session.id(),
                    session.device(),
                    session.trustLevel(),
                    session.suite(),
                    session.epoch(),
                    session.ratchets(),
                    session.keyBytes(),
                    session.startedAt(),
                    session.remoteAddress());
        }
    }

    @GetMapping
    @Operation(summary = "List live sessions, newest first")
    Page<SessionAnswer> list(@RequestParam(defaultValue = "0") int page, @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        return Pages.map(sessions.page(wanted.page(), wanted.size()), SessionAnswer::of);
    }

    @PostMapping("/{id}/ratchet")
    @Operation(
            summary = "Renew a session's keys",
            description =
                    "With a fresh key exchange that both ends sign; answers when it is done. The device's certificate"
                        + " is verified again on the way. 404 when there is no such session, or it ended meanwhile.")
    SessionAnswer ratchet(@PathVariable String id, Principal caller) throws InterruptedException {
        return sessions.rekey(id, caller.getName())
                .map(SessionAnswer::of)
                .orElseThrow(() -> Missing.named("live session", id));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "End a session", description = "The device may connect again.")
    void end(@PathVariable String id, Principal caller) {
        if (!sessions.end(id, caller.getName())) {
            throw Missing.named("live session", id);
        }
    }
}
