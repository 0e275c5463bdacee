package dev.waxwing.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditExportTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=1+1",
                "+1",
                "-1",
                "@SUM(A1)",
                "\t=1+1",
                "\r=1+1",
                "\n=1+1",
                "\uFF1D1+1",
                "\uFF0B1",
                "\uFF0D1",
                "\uFF20A1"
            })
    void no_cell_begins_as_a_formula_does(String text) {
        assertThat(AuditExport.cell(text).replaceFirst("^\"", "")).startsWith("'" + text);
    }

    @Test
    void a_cell_of_several_lines_or_with_signs_of_the_format_is_in_quotes() {
        assertThat(AuditExport.cell("a\rb")).isEqualTo("\"a\rb\"");
        assertThat(AuditExport.cell("a \"b\", c")).isEqualTo("\"a \"\"b\"\", c\"");
        assertThat(AuditExport.cell("\r=1")).isEqualTo("\"'\r=1\"");
    }

    @Test
    void other_cells_are_what_they_hold() {
        assertThat(AuditExport.cell("camera-01")).isEqualTo("camera-01");
        assertThat(AuditExport.cell(12)).isEqualTo("12");
        assertThat(AuditExport.cell("")).isEmpty();
        assertThat(AuditExport.cell(null)).isEmpty();
    }
}
