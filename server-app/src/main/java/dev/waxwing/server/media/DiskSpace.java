package dev.waxwing.server.media;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Promises room on the disk to uploads, so that together they leave the reserve free. Any thread may call.
 *
 * <p>An upload is promised what it writes next, not all that it declared: declaring costs a device nothing, and one that
 * declares much and sends nothing must not keep others out. So uploads that each fit may not fit together. Whichever then
 * asks for more is refused before the reserve is touched; what has arrived of it stays, and it goes on when there is room.
 */
public final class DiskSpace {

    private final Disk disk;
    private final long reserve;
    private final ReentrantLock lock = new ReentrantLock();
    private long promised;

    /** @param reserve bytes that stay free */
    public DiskSpace(Disk disk, long reserve) {
        this.disk = disk;
        this.reserve = reserve;
    }

    /**
     * Promises room.
     *
     * @return false when the reserve would be touched; nothing is promised then
     */
    public boolean promise(long bytes) throws IOException {
        return promise(bytes, bytes);
    }

    /**
     * Promises room for what is written next, if there is now room for all that is to follow.
     *
     * @param bytes to promise
     * @param needed bytes that must fit, at least as many
     * @return false when these would touch the reserve; nothing is promised then
     */
    public boolean promise(long bytes, long needed) throws IOException {
        lock.lock();
        try {
            if (!hasRoomFor(needed)) {
                return false;
            }
            promised += bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Promised room was used up by writing, or is not needed any more. */
    public void release(long bytes) {
        lock.lock();
        try {
            promised -= bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Whether so many bytes, written now, leave the reserve and all that is promised free. */
    public boolean hasRoomFor(long bytes) throws IOException {
        lock.lock();
        try {
            return disk.usableSpace() - promised - bytes >= reserve;
        } finally {
            lock.unlock();
        }
    }

    /** Whether others have eaten so far into the reserve that even promised writing must stop: less than half is left. */
    public boolean isScarce() throws IOException {
        return disk.usableSpace() < reserve / 2;
    }
}
