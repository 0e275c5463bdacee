package dev.waxwing.server.web;

import dev.waxwing.classic.ClassicKit;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;

/** Sends a kit as a zip file, and forgets the private key in it. */
final class KitArchive {

    private KitArchive() {}

    static void send(String device, ClassicKit kit, HttpServletResponse response) throws IOException {
        response.setContentType("application/zip");
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename("classic-kit-" + device + ".zip")
                        .build()
                        .toString());
        Map<String, byte[]> files = kit.files();
        try (ZipOutputStream zip = new ZipOutputStream(response.getOutputStream(), StandardCharsets.UTF_8)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } finally {
            files.values().forEach(content -> Arrays.fill(content, (byte) 0));
        }
    }
}
