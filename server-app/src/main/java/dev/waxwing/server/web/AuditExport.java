package dev.waxwing.server.web;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.audit.AuditLog;
import dev.waxwing.server.audit.AuditSearch;
import dev.waxwing.server.audit.ChainedEntry;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Sends the audit log as a file while it is being read; it is never whole in memory. That somebody took it is in it, too. */
@Component
class AuditExport {

    /** What a file is written in. */
    enum Format {
        CSV("text/csv;charset=UTF-8"),
        NDJSON("application/x-ndjson");

        private final String mediaType;

        Format(String mediaType) {
            this.mediaType = mediaType;
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The members that an entry has in the REST interface, and its place in the chain. */
    private static final List<String> COLUMNS = List.of(
            "id",
            "at",
            "actor",
            "action",
            "subject",
            "outcome",
            "reference",
            "reason",
            "source",
            "before",
            "after",
            "count",
            "firstAt",
            "lastAt",
            "previousHash",
            "hash");

    /** What needs no quotes: RFC 4180. */
    private static final Pattern PLAIN = Pattern.compile("[^\",\\r\\n]*");

    /** With what a cell begins that is, or after blanks are left out may be, a formula; in full width, too (OWASP, CSV injection). */
    private static final String FORMULA = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    private final AuditLog log;
    private final AuditTrail audit;
    private final JsonMapper json;

    AuditExport(AuditLog log, AuditTrail audit, JsonMapper json) {
        this.log = log;
        this.audit = audit;
        this.json = json;
    }

    void send(AuditSearch search, Format format, String actor, HttpServletResponse response) throws IOException {
        audit.record(AuditEvent.success(actor, "audit.exported", "audit log", "as " + format.text()));
        response.setContentType(format.mediaType);
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename("waxwing-audit." + format.text())
                        .build()
                        .toString());
        Writer out = new BufferedWriter(new OutputStreamWriter(response.getOutputStream(), StandardCharsets.UTF_8));
        if (format == Format.CSV) {
            out.write(csv(COLUMNS));
        }
        log.each(search, entry -> {
            List<@Nullable Object> values = values(entry);
            out.write(format == Format.CSV ? csv(values) : json.writeValueAsString(named(values)) + "\n");
        });
        out.flush();
    }

    /** In the order of the columns. */
    private static List<@Nullable Object> values(ChainedEntry chained) {
        AuditEntry entry = chained.entry();
        AuditEvent.Change change = entry.change();
        AuditEvent.Run run = entry.run();
        List<@Nullable Object> values = new ArrayList<>();
        values.add(entry.id());
        values.add(entry.at().toString());
        values.add(entry.actor());
        values.add(entry.action());
        values.add(entry.subject());
        values.add(entry.outcome().name().toLowerCase(Locale.ROOT));
        values.add(entry.reference());
        values.add(entry.reason());
        values.add(entry.source());
        values.add(change == null ? null : change.before());
        values.add(change == null ? null : change.after());
        values.add(run == null ? 1 : run.count());
        values.add(run == null ? null : run.first().toString());
        values.add(run == null ? null : run.last().toString());
        values.add(chained.previousHash());
        values.add(chained.hash());
        return values;
    }

    private static Map<String, @Nullable Object> named(List<@Nullable Object> values) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        for (int i = 0; i < COLUMNS.size(); i++) {
            named.put(COLUMNS.get(i), values.get(i));
        }
        return named;
    }

    private static String csv(List<? extends @Nullable Object> values) {
        return values.stream().map(AuditExport::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    /** RFC 4180. Peers choose parts of entries: what a table program would take for a formula gets an apostrophe in front. */
    static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value.toString();
        String harmless = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return PLAIN.matcher(harmless).matches() ? harmless : '"' + harmless.replace("\"", "\"\"") + '"';
    }
}
