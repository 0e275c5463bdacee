package dev.waxwing.server.admission;

import java.util.random.RandomGenerator;

/**
 * Random early drop: from {@code from} connections on a part of the new ones is dropped, {@code percent} at first and all of
 * them at {@code full}, so that whoever fills the places cannot shut everybody else out.
 *
 * @param from where it begins, 1 or more
 * @param percent what part is dropped there, 1 to 100
 * @param full where all are dropped, not less than {@code from}
 */
record EarlyDrop(int from, int percent, int full) {

    private static final int ALL = 100;

    boolean drops(int connections, RandomGenerator random) {
        if (connections < from) {
            return false;
        }
        if (connections >= full) {
            return true;
        }
        int part = percent + (ALL - percent) * (connections - from) / (full - from);
        return random.nextInt(ALL) < part;
    }
}
