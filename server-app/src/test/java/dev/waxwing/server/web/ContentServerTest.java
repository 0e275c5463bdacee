package dev.waxwing.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.waxwing.server.media.StoredContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class ContentServerTest {

    private static final String TEXT = "0123456789";
    private static final String HASH = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";

    @TempDir
    Path directory;

    private StoredContent content;

    @BeforeEach
    void store() throws IOException {
        Path file = Files.writeString(directory.resolve("content"), TEXT);
        content = new StoredContent(file, TEXT.length(), "image/jpeg", "photo.jpg", true);
    }

    @Test
    void sends_the_whole_with_its_hash_as_entity_tag() throws IOException {
        MockHttpServletResponse response = get(request(), false);

        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.getContentAsString()).isEqualTo(TEXT);
        assertThat(response.getHeader("ETag")).isEqualTo('"' + HASH + '"');
        assertThat(response.getHeader("Accept-Ranges")).isEqualTo("bytes");
        assertThat(response.getContentType()).isEqualTo("image/jpeg");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-3, 0-3, 0123",
        "bytes=4-, 4-9, 456789",
        "bytes=-2, 8-9, 89",
        "bytes=8-99, 8-9, 89",
        "bytes=-99, 0-9, 0123456789",
        "bytes=9-9, 9-9, 9"
    })
    void sends_one_range(String asked, String sent, String bytes) throws IOException {
        MockHttpServletRequest request = request();
        request.addHeader("Range", asked);

        MockHttpServletResponse response = get(request, false);

        assertThat(response.getStatus()).isEqualTo(206);
        assertThat(response.getHeader("Content-Range")).isEqualTo("bytes " + sent + "/10");
        assertThat(response.getContentLength()).isEqualTo(bytes.length());
        assertThat(response.getContentAsString()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=10-11", "bytes=-0", "bytes=999999999999999999-"})
    void refuses_a_range_outside_the_content(String asked) throws IOException {
        MockHttpServletRequest request = request();
        request.addHeader("Range", asked);

        MockHttpServletResponse response = get(request, false);

        assertThat(response.getStatus()).isEqualTo(416);
        assertThat(response.getHeader("Content-Range")).isEqualTo("bytes */10");
        assertThat(response.getContentAsByteArray()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=a-b", "bytes=9999999999999999999-", "nonsense"})
    void sends_the_whole_when_several_ranges_or_nonsense_are_asked_for(String asked) throws IOException {
        MockHttpServletRequest request = request();
        request.addHeader("Range", asked);

        MockHttpServletResponse response = get(request, false);

        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.getContentAsString()).isEqualTo(TEXT);
    }

    @Test
    void sends_the_whole_when_the_range_is_of_another_version() throws IOException {
        MockHttpServletRequest request = request();
        request.addHeader("Range", "bytes=0-3");
        request.addHeader("If-Range", "\"another\"");

        assertThat(get(request, false).getStatus()).isEqualTo(200);
    }

    @Test
    void sends_nothing_when_the_browser_has_it_already() throws IOException {
        MockHttpServletRequest request = request();
        request.addHeader("If-None-Match", "\"other\", \"" + HASH + '"');

        MockHttpServletResponse response = get(request, false);

        assertThat(response.getStatus()).isEqualTo(304);
        assertThat(response.getContentAsByteArray()).isEmpty();
    }

    @Test
    void answers_head_with_the_length_and_no_content() throws IOException {
        MockHttpServletRequest request = request();
        request.setMethod("HEAD");

        MockHttpServletResponse response = get(request, false);

        assertThat(response.getContentLength()).isEqualTo(10);
        assertThat(response.getContentAsByteArray()).isEmpty();
    }

    @Test
    void sandboxes_what_a_device_sent_and_forbids_sniffing() throws IOException {
        MockHttpServletResponse response = get(request(), false);

        assertThat(response.getHeader("Content-Security-Policy")).startsWith("sandbox");
        assertThat(response.getHeader("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void offers_what_a_browser_should_not_show_as_a_download() throws IOException {
        content = new StoredContent(content.file(), 10, "application/octet-stream", "page.html", false);

        assertThat(get(request(), false).getHeader("Content-Disposition"))
                .isEqualTo("attachment; filename=\"page.html\"");
    }

    @Test
    void shows_an_image_unless_a_download_is_asked_for() throws IOException {
        assertThat(get(request(), false).getHeader("Content-Disposition")).startsWith("inline");
        assertThat(get(request(), true).getHeader("Content-Disposition")).startsWith("attachment");
    }

    @Test
    void sends_empty_content() throws IOException {
        Path empty = Files.write(directory.resolve("empty"), "".getBytes(StandardCharsets.UTF_8));
        content = new StoredContent(empty, 0, "application/octet-stream", "empty", false);

        MockHttpServletResponse response = get(request(), false);

        assertThat(response.getStatus()).isEqualTo(200);
        assertThat(response.getContentLength()).isZero();
    }

    private static MockHttpServletRequest request() {
        return new MockHttpServletRequest("GET", "/transfers/1/content");
    }

    private MockHttpServletResponse get(MockHttpServletRequest request, boolean download) throws IOException {
        MockHttpServletResponse response = new MockHttpServletResponse();
        new ContentServer().send(content, HASH, download, request, response);
        return response;
    }
}
