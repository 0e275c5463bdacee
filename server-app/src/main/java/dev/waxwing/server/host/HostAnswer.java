package dev.waxwing.server.host;

/**
 * What came of a request.
 *
 * @param exit 0 done, 1 failed, 2 asked wrongly
 * @param text the result, for standard output; or the error, for standard error
 */
record HostAnswer(int exit, String text) {

    static HostAnswer done(String result) {
        return new HostAnswer(0, result);
    }

    static HostAnswer failed(String error) {
        return new HostAnswer(1, error);
    }

    static HostAnswer usage(String error) {
        return new HostAnswer(2, error);
    }
}
