package dev.waxwing.server.media;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** Promises room on the disk to uploads, so that together they leave the reserve free. Any thread may call. */
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
        lock.lock();
        try {
            if (disk.usableSpace() - promised - bytes < reserve) {
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

    /** Whether others have eaten so far into the reserve that even promised writing must stop: less than half is left. */
    public boolean isScarce() throws IOException {
        return disk.usableSpace() < reserve / 2;
    }
}
