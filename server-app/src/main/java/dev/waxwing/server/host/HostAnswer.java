package dev.waxwing.server.host;

import java.util.Map;

/**
 * What came of a request.
 *
 * @param exit 0 done, 1 failed, 2 asked wrongly
 * @param text the result, for standard output; or the error, for standard error
 * @param files what whoever asked is to write, by path within a directory of its choice; may hold a private key
 */
record HostAnswer(int exit, String text, Map<String, byte[]> files) {

    HostAnswer {
        files = Map.copyOf(files);
    }

    static HostAnswer done(String result) {
        return new HostAnswer(0, result, Map.of());
    }

    static HostAnswer done(String result, Map<String, byte[]> files) {
        return new HostAnswer(0, result, files);
    }

    static HostAnswer failed(String error) {
        return new HostAnswer(1, error, Map.of());
    }

    static HostAnswer usage(String error) {
        return new HostAnswer(2, error, Map.of());
    }

    @Override
    public String toString() {
        return "HostAnswer[" + exit + ", " + files.keySet() + "]";
    }
}
