package dev.waxwing.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ChartTest {

    @Test
    void is_well_formed_and_names_everything() throws Exception {
        Document svg = parse(Chart.of(Examples.result()));

        assertThat(svg.getDocumentElement().getNodeName()).isEqualTo("svg");
        assertThat(svg.getDocumentElement().getTextContent())
                .contains("Upload <of> a file (quick run)", "waxwing", "jsse", "MB/s", "1,000", "A <CPU> & more");
    }

    @Test
    void has_a_bar_for_each_subject_as_long_as_its_median() throws Exception {
        var rectangles = parse(Chart.of(Examples.result())).getElementsByTagName("rect");

        // After the paper and the two of the legend. The axis ends at 1,200 MB/s and is 530 units long.
        assertThat(rectangles.getLength()).isEqualTo(5);
        assertThat(rectangles.item(3).getAttributes().getNamedItem("width").getNodeValue())
                .isEqualTo("441.7");
        assertThat(rectangles.item(4).getAttributes().getNamedItem("width").getNodeValue())
                .isEqualTo("242.9");
    }

    @ParameterizedTest
    @CsvSource({"1050,200,6", "1000,200,5", "1,0.2,5", "0.7,0.2,4", "61000,20000,4", "5,1,5", "6.1,2,4"})
    void axis_ends_at_a_round_number(double value, double step, int count) {
        Chart.Axis axis = Chart.Axis.upTo(value);

        assertThat(axis.step()).isEqualTo(step);
        assertThat(axis.count()).isEqualTo(count);
        assertThat(axis.end()).isGreaterThanOrEqualTo(value);
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }
}
