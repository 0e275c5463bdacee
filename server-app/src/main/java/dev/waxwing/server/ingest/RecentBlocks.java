package dev.waxwing.server.ingest;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The blocks that became durable last, {@value #MOST_BYTES} bytes of all devices together. A device seals its texts soon after it
 * hears that they are held, and to keep them that long costs less than to read them from the database. Blocks never change. Any
 * thread may call.
 */
final class RecentBlocks {

    static final int MOST_BYTES = 8 << 20;

    /** What it takes to keep a block, beside its content: one may have a single short text. */
    private static final int OVERHEAD = 512;

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    /** By their last counters. */
    private final Map<String, NavigableMap<Long, TextBlock>> devices = new HashMap<>();

    private final Queue<Kept> oldestFirst = new ArrayDeque<>();
    private int bytes;

    /** Keeps blocks that are durable, and forgets the oldest beyond the limit. */
    void add(String device, List<TextBlock> blocks) {
        lock.lock();
        try {
            for (TextBlock block : blocks) {
                devices.computeIfAbsent(device, _ -> new TreeMap<>())
                        .put(block.counters().last(), block);
                int cost = OVERHEAD + block.content().size();
                oldestFirst.add(new Kept(device, block.counters().last(), cost));
                bytes += cost;
            }
            while (bytes > MOST_BYTES) {
                forget(oldestFirst.remove());
            }
        } finally {
            lock.unlock();
        }
    }

    private void forget(Kept kept) {
        bytes -= kept.cost();
        devices.computeIfPresent(kept.device(), (_, blocks) -> {
            blocks.remove(kept.lastCounter());
            return blocks.isEmpty() ? null : blocks;
        });
    }

    /** The block with a counter, if it is still kept. */
    Optional<TextBlock> with(String device, long counter) {
        lock.lock();
        try {
            NavigableMap<Long, TextBlock> blocks = devices.get(device);
            Map.Entry<Long, TextBlock> found = blocks == null ? null : blocks.ceilingEntry(counter);
            return Optional.ofNullable(found)
                    .map(Map.Entry::getValue)
                    .filter(block -> block.counters().has(counter));
        } finally {
            lock.unlock();
        }
    }

    private record Kept(String device, long lastCounter, int cost) {}
}
