package dev.waxwing.bench;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A result as JSON: every sample, and what was computed from them. */
final class ResultJson {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ResultJson() {}

    static String write(Result result) {
        ObjectNode document = JSON.valueToTree(result);
        Measure measure = result.measure();
        for (int i = 0; i < result.series().size(); i++) {
            Series series = result.series().get(i);
            ObjectNode node = (ObjectNode) document.get("series").get(i);
            node.set("figures", JSON.valueToTree(series.figures(measure)));
            if (measure.countsCpu()) {
                node.set("cpuSecondsPerWork", JSON.valueToTree(series.cpuSeconds(measure)));
            }
        }
        for (int i = 0; i < result.ratios().size(); i++) {
            ObjectNode node = (ObjectNode) document.get("ratios").get(i);
            node.set("quartiles", JSON.valueToTree(result.ratios().get(i).quartiles()));
        }
        return JSON.writeValueAsString(document) + "\n";
    }

    /** What was computed is left out: it is computed again. */
    static Result read(String json) {
        return JSON.readValue(json, Result.class);
    }
}
