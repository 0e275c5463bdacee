package dev.waxwing.ca.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Problem documents (RFC 9457) with the member {@code reference}, for every refusal of the REST interface. */
@Component
public final class Problems {

    /** The member that holds the reference. */
    public static final String REFERENCE = "reference";

    private final JsonMapper json;

    Problems(JsonMapper json) {
        this.json = json;
    }

    /** A problem document to return from a controller or an exception handler. */
    public static ProblemDetail of(HttpStatusCode status, String title, @Nullable String detail, String reference) {
        ProblemDetail problem = ProblemDetail.forStatus(status);
        problem.setTitle(title);
        problem.setDetail(detail);
        problem.setProperty(REFERENCE, reference);
        return problem;
    }

    /** Writes a problem document where there is no controller, as in a filter or an authentication entry point. */
    public void write(HttpServletResponse response, HttpStatusCode status, @Nullable String detail, String reference)
            throws IOException {
        Map<String, Object> problem = new LinkedHashMap<>();
        HttpStatus known = HttpStatus.resolve(status.value());
        problem.put("title", known == null ? "Refused" : known.getReasonPhrase());
        problem.put("status", status.value());
        if (detail != null) {
            problem.put("detail", detail);
        }
        problem.put(REFERENCE, reference);
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(json.writeValueAsBytes(problem));
    }
}
