package dev.waxwing.server.admission;

import dev.waxwing.channel.SourcePrefix;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is remembered of the sources that were seen last. Two bounded tables: strangers, however many of them come, drive nobody
 * out of the table of those from which a device was authenticated. Its owner guards it.
 */
final class Sources {

    private final int most;
    private final Map<SourcePrefix, SourceRecord> strangers = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<SourcePrefix, SourceRecord> known = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param most sources in each table; more than there can be connections without a session
     */
    Sources(int most) {
        this.most = most;
    }

    /** The record of a source, a new one for one that is not remembered. */
    SourceRecord of(SourcePrefix source) {
        SourceRecord found = known.get(source);
        if (found != null) {
            return found;
        }
        SourceRecord stranger = strangers.computeIfAbsent(source, _ -> new SourceRecord());
        makeRoom(strangers);
        return stranger;
    }

    boolean isKnown(SourcePrefix source) {
        return known.containsKey(source);
    }

    /** A device was authenticated from there. */
    void know(SourcePrefix source) {
        SourceRecord stranger = strangers.remove(source);
        if (!known.containsKey(source)) {
            known.put(source, stranger == null ? new SourceRecord() : stranger);
            makeRoom(known);
        }
    }

    long penalised(long now) {
        return penalised(strangers, now) + penalised(known, now);
    }

    int size() {
        return strangers.size() + known.size();
    }

    private static long penalised(Map<SourcePrefix, SourceRecord> table, long now) {
        return table.values().stream().filter(source -> source.shutOut(now)).count();
    }

    /** Forgets whoever was not seen for the longest time. A source with connections stays: they are counted in its record. */
    private void makeRoom(Map<SourcePrefix, SourceRecord> table) {
        Iterator<SourceRecord> eldest = table.values().iterator();
        while (table.size() > most && eldest.hasNext()) {
            if (eldest.next().isIdle()) {
                eldest.remove();
            }
        }
    }
}
