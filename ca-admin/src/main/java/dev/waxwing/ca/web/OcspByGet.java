package dev.waxwing.ca.web;

import dev.waxwing.ca.revocation.OcspResponder;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * OCSP by GET (RFC 6960 appendix A.1): the request stands in the path, in base64 whose slashes are encoded or not. Web frameworks and
 * firewalls take such a path for an attack, so a filter in front of them answers it. Bytes in, bytes out; nothing else is reached.
 */
final class OcspByGet extends OncePerRequestFilter {

    static final String REQUEST = "application/ocsp-request";
    static final String RESPONSE = "application/ocsp-response";
    static final String PATH = "/pki/ocsp/";

    /** Longest path; longer requests are to be posted. */
    private static final int MAX_PATH = 2_048;

    /** For how long a cache may answer instead; short, because a revocation should be seen soon. */
    private static final int MAX_AGE_SECONDS = 60;

    /** An OCSPResponse with the status tryLater, and nothing else (RFC 6960 section 4.2.1). */
    private static final byte[] TRY_LATER = {0x30, 0x03, 0x0a, 0x01, 0x03};

    private final Supplier<OcspResponder> responder;

    OcspByGet(Supplier<OcspResponder> responder) {
        this.responder = responder;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !request.getMethod().equals("GET") || !path(request).startsWith(PATH);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Optional<byte[]> question = decode(path(request).substring(PATH.length()));
        if (question.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
            return;
        }
        byte[] answer = responder.get().respond(question.get(), request.getRemoteAddr());
        response.setContentType(RESPONSE);
        // Who was told to try later is not to get that answer again from a cache, and nobody else at all.
        response.setHeader(
                "Cache-Control",
                Arrays.equals(answer, TRY_LATER) ? "no-store" : "max-age=" + MAX_AGE_SECONDS + ", public");
        response.getOutputStream().write(answer);
    }

    private static String path(HttpServletRequest request) {
        return request.getRequestURI().substring(request.getContextPath().length());
    }

    private static Optional<byte[]> decode(String encoded) {
        if (encoded.isEmpty() || encoded.length() > MAX_PATH) {
            return Optional.empty();
        }
        try {
            // A plus sign stands for itself in a path, while the decoder takes it for a blank.
            String base64 = URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.US_ASCII);
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
