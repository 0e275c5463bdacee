package dev.waxwing.ca.web;

import dev.waxwing.ca.audit.Reference;
import jakarta.servlet.http.HttpServletRequest;
import java.util.stream.Collectors;
import org.apache.coyote.BadRequestException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/** Turns whatever a REST controller throws into a problem document whose reference the audit trail knows. */
@RestControllerAdvice(annotations = RestController.class)
final class ProblemHandler extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);

    private final RefusalJournal journal;

    ProblemHandler(RefusalJournal journal) {
        this.journal = journal;
    }

    @ExceptionHandler
    ProblemDetail refused(RefusedException refusal) {
        return Problems.of(refusal.status(), refusal.title(), refusal.detail(), refusal.reference());
    }

    @ExceptionHandler
    @Nullable
    ResponseEntity<ProblemDetail> failed(Exception failure, HttpServletRequest request) {
        if (DisconnectedClientHelper.isClientDisconnectedException(failure)) {
            return null; // Nobody is there any more to read an answer.
        }
        if (Outage.is(failure)) {
            return unavailable(failure, request);
        }
        if (isMalformed(failure)) {
            String said = "The request breaks off, or is not encoded as it says.";
            return ResponseEntity.badRequest()
                    .body(Problems.of(
                            HttpStatus.BAD_REQUEST, "Bad Request", said, Refusals.record(journal, request, said)));
        }
        String reference = Refusals.record(journal, request, "internal error");
        LOG.error("{} {} failed, reference {}", request.getMethod(), request.getRequestURI(), reference, failure);
        return ResponseEntity.internalServerError()
                .body(Problems.of(
                        HttpStatus.INTERNAL_SERVER_ERROR,
                        "Internal error",
                        "Something went wrong in the server. Its log has the cause under this reference.",
                        reference));
    }

    /** What the web server finds wrong with a request when its parameters or its body are read: no fault of this program. */
    private static boolean isMalformed(Exception failure) {
        return failure instanceof BadRequestException || failure instanceof InvalidParameterException;
    }

    /** The audit trail is out of reach as well: the log has the reference. */
    private static ResponseEntity<ProblemDetail> unavailable(Exception failure, HttpServletRequest request) {
        String reference = Reference.fresh();
        LOG.error("{} {}: no database, reference {}", request.getMethod(), request.getRequestURI(), reference, failure);
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, String.valueOf(Outage.RETRY_AFTER.toSeconds()))
                .body(Problems.of(
                        HttpStatus.SERVICE_UNAVAILABLE, "The database does not answer", Outage.DETAIL, reference));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (failure.getRootCause() instanceof BodyTooLargeException) {
            ProblemDetail problem =
                    ProblemDetail.forStatusAndDetail(HttpStatus.CONTENT_TOO_LARGE, BodyTooLargeException.MESSAGE);
            return handleExceptionInternal(failure, problem, headers, HttpStatus.CONTENT_TOO_LARGE, request);
        }
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, UnreadableBody.detail(failure));
        return handleExceptionInternal(failure, problem, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String detail = failure.getBindingResult().getFieldErrors().stream()
                .map(error -> error.getField() + " " + error.getDefaultMessage())
                .sorted()
                .collect(Collectors.joining("; "));
        return handleExceptionInternal(
                failure, ProblemDetail.forStatusAndDetail(status, detail), headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException failure, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String detail = failure.getParameterValidationResults().stream()
                .flatMap(result -> result.getResolvableErrors().stream()
                        .map(error -> result.getMethodParameter().getParameterName() + " " + error.getDefaultMessage()))
                .sorted()
                .collect(Collectors.joining("; "));
        return handleExceptionInternal(
                failure, ProblemDetail.forStatusAndDetail(status, detail), headers, status, request);
    }

    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (body instanceof ProblemDetail problem && request instanceof ServletWebRequest web) {
            String detail = problem.getDetail();
            problem.setProperty(
                    Problems.REFERENCE,
                    Refusals.record(journal, web.getRequest(), detail == null ? status.toString() : detail));
        }
        return super.createResponseEntity(body, headers, status, request);
    }
}
