package dev.waxwing.bench.message;

import dev.waxwing.bench.Comparison;
import dev.waxwing.bench.Group;
import dev.waxwing.bench.Measure;
import dev.waxwing.bench.Setting;
import dev.waxwing.bench.Subject;
import java.util.List;

/** The group {@code messages}. */
public final class Messages {

    /** Of each message, in bytes. */
    static final int SIZE = 1_024;

    private static final int COUNT = 50_000;

    /** 1,200,000 messages of each subject: after 400,000 the compilers are still busy (docs/performance.md). */
    private static final int WARM_UPS = 24;

    private static final int QUICK_COUNT = 2_000;
    private static final Measure MEASURE = new Measure("messages/s", 1, 0, false, "100,000 messages", 1e5);

    private Messages() {}

    public static Group group(Setting setting) {
        int count = setting.quick() ? QUICK_COUNT : COUNT;
        List<Subject> subjects = List.of(
                WaxwingMessages.fromMemory(setting.repository(), count),
                WaxwingMessages.fromSpool(setting.repository(), count),
                MosquittoMessages.withoutReader(count),
                MosquittoMessages.keptForReader(count));
        return new Group(
                "messages",
                "%,d acknowledged messages of 1 KiB on one connection".formatted(count),
                MEASURE,
                setting.quick() ? 1 : WARM_UPS,
                subjects,
                List.of(
                        Comparison.of("waxwing-channel-sender", "mosquitto-qos1", 1.0),
                        Comparison.of("waxwing-channel-sender", "mosquitto-qos1-kept"),
                        Comparison.of("waxwing-agent", "mosquitto-qos1")));
    }
}
