package dev.waxwing.ca.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** Gives requests below {@code /api/} that no controller takes the same problem document as all others. */
@Component
final class UnmatchedRequests implements HandlerExceptionResolver, Ordered {

    private final Problems problems;
    private final RefusalJournal journal;

    UnmatchedRequests(Problems problems, RefusalJournal journal) {
        this.problems = problems;
        this.journal = journal;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        if (handler instanceof HandlerMethod
                || !request.getRequestURI().startsWith("/api/")
                || !(failure instanceof ErrorResponse refusal)) {
            return null;
        }
        String detail = refusal.getStatusCode().isSameCodeAs(HttpStatus.NOT_FOUND)
                ? "There is nothing at this address; /v3/api-docs lists what there is."
                : refusal.getBody().getDetail();
        try {
            refusal.getHeaders().forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
            String reference = Refusals.record(journal, request, detail == null ? "no such resource" : detail);
            problems.write(response, refusal.getStatusCode(), detail, reference);
            return new ModelAndView();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
