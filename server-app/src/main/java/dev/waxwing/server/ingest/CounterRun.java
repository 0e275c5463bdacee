package dev.waxwing.server.ingest;

import java.util.ArrayList;
import java.util.List;

/**
 * Counters without a gap, so that a range of an index holds these and no others. Texts that a device sends one after the other
 * have such counters.
 */
record CounterRun(long first, long last) {

    static final CounterRun EMPTY = new CounterRun(1, 0);

    /**
     * Splits counters.
     *
     * @param ascending none twice
     * @param longest how many one run may have
     */
    static List<CounterRun> of(List<Long> ascending, int longest) {
        List<CounterRun> runs = new ArrayList<>();
        CounterRun run = null;
        for (long counter : ascending) {
            if (run != null && counter == run.last + 1 && run.size() < longest) {
                run = new CounterRun(run.first, counter);
                runs.set(runs.size() - 1, run);
            } else {
                run = new CounterRun(counter, counter);
                runs.add(run);
            }
        }
        return runs;
    }

    boolean has(long counter) {
        return first <= counter && counter <= last;
    }

    long size() {
        return last - first + 1;
    }
}
