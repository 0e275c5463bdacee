package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.media.Preview;
import dev.waxwing.server.media.Previews;
import dev.waxwing.server.media.StoredContent;
import dev.waxwing.server.media.StoredReceipt;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.TransferKind;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import dev.waxwing.server.media.Verification;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

@Controller
@RequestMapping("/transfers")
class TransferPages {

    private static final int PER_PAGE = 48;

    private final Transfers transfers;
    private final Previews previews;
    private final TextLinesReader texts;
    private final ContentServer contents;
    private final BundleSender bundles;
    private final Display display;

    TransferPages(
            Transfers transfers,
            Previews previews,
            TextLinesReader texts,
            ContentServer contents,
            BundleSender bundles,
            Display display) {
        this.transfers = transfers;
        this.previews = previews;
        this.texts = texts;
        this.contents = contents;
        this.bundles = bundles;
        this.display = display;
    }

    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String device,
            @RequestParam(defaultValue = "") String kind,
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "grid") String view,
            @RequestParam(defaultValue = "0") int page,
            Model model) {
        String name = device.strip();
        TransferFilter filter = new TransferFilter(
                name.isEmpty() ? null : name,
                TransferKind.of(kind).orElse(null),
                TransferState.of(state).orElse(null));
        PageRequest wanted = new PageRequest(page, PER_PAGE);
        Page<Transfer> found = transfers.page(filter, wanted.page(), wanted.size());
        boolean asList = view.equals("list");
        Map<String, String> filters = new LinkedHashMap<>();
        filters.put("device", name);
        filters.put("kind", filter.kind() == null ? "" : kind);
        filters.put("state", filter.state() == null ? "" : state);
        filters.put("view", asList ? "list" : "");
        model.addAttribute("live", true);
        model.addAttribute("page", found);
        model.addAttribute("pager", Pager.of(found, "/transfers", filters));
        model.addAttribute("device", name);
        model.addAttribute("kind", filters.get("kind"));
        model.addAttribute("state", filters.get("state"));
        model.addAttribute("asList", asList);
        model.addAttribute("filtered", !filter.equals(TransferFilter.ALL));
        return "transfers";
    }

    @GetMapping("/{id}")
    String show(@PathVariable String id, Model model) {
        Transfer transfer = transfer(id);
        model.addAttribute("transfer", transfer);
        model.addAttribute("title", display.name(transfer.name()));
        model.addAttribute("content", transfers.content(id).orElse(null));
        if (transfer.kind() == TransferKind.TEXT) {
            transfers.content(id).ifPresent(content -> model.addAttribute("texts", texts.read(content)));
        }
        return "transfer";
    }

    @GetMapping("/{id}/content")
    void content(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String download,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Transfer transfer = transfer(id);
        StoredContent content = transfers.content(id).orElseThrow(TransferPages::nothing);
        contents.send(content, transfer.sha256(), download != null, request, response);
    }

    /** A small picture; its address never shows another one. */
    @GetMapping("/{id}/preview")
    ResponseEntity<byte[]> preview(@PathVariable String id) {
        Preview preview = previews.find(id).orElseThrow(TransferPages::nothing);
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(preview.mediaType()))
                .cacheControl(CacheControl.maxAge(Duration.ofHours(1)).cachePrivate())
                .header("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
                .body(preview.content().toArray());
    }

    @GetMapping("/{id}/receipt.json")
    ResponseEntity<byte[]> receipt(@PathVariable String id) {
        return attached(receiptOf(id).json().toArray(), MediaType.APPLICATION_JSON, "receipt-" + id + ".json");
    }

    @GetMapping("/{id}/receipt.p7s")
    ResponseEntity<byte[]> receiptSignature(@PathVariable String id) {
        return attached(
                receiptOf(id).signature().toArray(),
                MediaType.parseMediaType("application/pkcs7-signature"),
                "receipt-" + id + ".p7s");
    }

    @GetMapping("/{id}/evidence")
    void evidence(@PathVariable String id, HttpServletResponse response) throws IOException {
        bundles.send(transfers.evidence(id).orElseThrow(TransferPages::nothing), response);
    }

    @PostMapping("/{id}/verification")
    String verify(@PathVariable String id, Principal caller, RedirectAttributes next) {
        Verification verification = transfers.verifyAgain(id, caller.getName()).orElseThrow(TransferPages::nothing);
        next.addFlashAttribute("verification", verification);
        return "redirect:/transfers/" + verification.transferId() + "#verification";
    }

    private Transfer transfer(String id) {
        return transfers.find(id).orElseThrow(TransferPages::nothing);
    }

    private StoredReceipt receiptOf(String id) {
        return transfers.receipt(id).orElseThrow(TransferPages::nothing);
    }

    private static ResponseEntity<byte[]> attached(byte[] content, MediaType type, String name) {
        return ResponseEntity.ok()
                .contentType(type)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name).build().toString())
                .body(content);
    }

    private static ResponseStatusException nothing() {
        return new ResponseStatusException(HttpStatus.NOT_FOUND);
    }
}
