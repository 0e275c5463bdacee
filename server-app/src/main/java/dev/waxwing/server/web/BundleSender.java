package dev.waxwing.server.web;

import dev.waxwing.server.media.StoredEvidence;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/** Sends an evidence bundle as it is being packed; it is never whole in memory. */
@Component
class BundleSender {

    void send(StoredEvidence evidence, HttpServletResponse response) throws IOException {
        response.setContentType("application/zip");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename(evidence.fileName())
                        .build()
                        .toString());
        evidence.writeTo(response.getOutputStream());
    }
}
