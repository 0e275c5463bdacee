package dev.waxwing.server.web;

import dev.waxwing.server.media.StoredContent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/**
 * Sends stored content, whole or one range of it (RFC 9110 section 14), so that a browser can play and seek in a video.
 * Nothing that a device sent can run: the type is one that is only displayed, or octet-stream, and the page it would be is
 * sandboxed.
 */
@Component
class ContentServer {

    private static final Pattern SINGLE_RANGE =
            Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})", Pattern.CASE_INSENSITIVE);
    private static final int CHUNK = 64 * 1024;

    /** Bytes from {@code first} to {@code last}, both included. */
    private record Range(long first, long last) {
        long length() {
            return last - first + 1;
        }
    }

    /**
     * Answers a request for content.
     *
     * @param sha256 of the content, lower-case hex: its entity tag
     * @param download whether the browser shall save it and not show it
     */
    void send(
            StoredContent content,
            @Nullable String sha256,
            boolean download,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        String entityTag = "\"" + sha256 + "\"";
        describe(content, entityTag, download, response);
        if (matches(request.getHeader(HttpHeaders.IF_NONE_MATCH), entityTag)) {
            response.setStatus(HttpStatus.NOT_MODIFIED.value());
            return;
        }
        Optional<String> asked = rangeAsked(request, entityTag);
        Matcher single = SINGLE_RANGE.matcher(asked.orElse(""));
        if (!single.matches() || single.group(1).isEmpty() && single.group(2).isEmpty()) {
            // Several ranges, or another unit: the whole is a correct answer to both.
            response.setContentLengthLong(content.size());
            copy(content, new Range(0, content.size() - 1), request, response);
            return;
        }
        Optional<Range> range = range(single, content.size());
        if (range.isEmpty()) {
            response.setStatus(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE.value());
            response.setHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + content.size());
            return;
        }
        Range part = range.get();
        response.setStatus(HttpStatus.PARTIAL_CONTENT.value());
        response.setHeader(
                HttpHeaders.CONTENT_RANGE, "bytes %d-%d/%d".formatted(part.first(), part.last(), content.size()));
        response.setContentLengthLong(part.length());
        copy(content, part, request, response);
    }

    private static void describe(
            StoredContent content, String entityTag, boolean download, HttpServletResponse response) {
        ContentDisposition disposition = (download || !content.inline()
                        ? ContentDisposition.attachment()
                        : ContentDisposition.inline())
                .filename(content.name())
                .build();
        response.setContentType(content.mediaType());
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, disposition.toString());
        response.setHeader(HttpHeaders.ETAG, entityTag);
        response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        response.setHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache");
        response.setHeader("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'");
        response.setHeader("X-Content-Type-Options", "nosniff");
    }

    private static Optional<String> rangeAsked(HttpServletRequest request, String entityTag) {
        String ifRange = request.getHeader(HttpHeaders.IF_RANGE);
        return ifRange == null || ifRange.strip().equals(entityTag)
                ? Optional.ofNullable(request.getHeader(HttpHeaders.RANGE)).map(String::strip)
                : Optional.empty();
    }

    private static boolean matches(@Nullable String ifNoneMatch, String entityTag) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String tag : ifNoneMatch.split(",")) {
            String stripped = tag.strip();
            if (stripped.equals("*") || stripped.equals(entityTag) || stripped.equals("W/" + entityTag)) {
                return true;
            }
        }
        return false;
    }

    /** What is asked for, within the content; nothing when no byte of it exists. */
    private static Optional<Range> range(Matcher single, long size) {
        if (single.group(1).isEmpty()) {
            long suffix = Long.parseLong(single.group(2));
            return suffix == 0 || size == 0
                    ? Optional.empty()
                    : Optional.of(new Range(Math.max(0, size - suffix), size - 1));
        }
        long first = Long.parseLong(single.group(1));
        long last = single.group(2).isEmpty() ? size - 1 : Math.min(Long.parseLong(single.group(2)), size - 1);
        return first >= size || last < first ? Optional.empty() : Optional.of(new Range(first, last));
    }

    private static void copy(
            StoredContent content, Range range, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (request.getMethod().equals("HEAD") || range.length() <= 0) {
            return;
        }
        try (FileChannel file = FileChannel.open(content.file(), StandardOpenOption.READ)) {
            OutputStream out = response.getOutputStream();
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            long position = range.first();
            long end = range.last() + 1;
            while (position < end) {
                chunk.clear().limit((int) Math.min(CHUNK, end - position));
                int read = file.read(chunk, position);
                if (read < 0) {
                    throw new IOException("stored content is shorter than its record says: " + content.file());
                }
                out.write(chunk.array(), 0, read);
                position += read;
            }
        }
    }
}
