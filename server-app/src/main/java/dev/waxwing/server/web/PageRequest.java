package dev.waxwing.server.web;

/**
 * Which part of a list somebody wants to see, brought within bounds.
 *
 * @param page from 0
 * @param size 1 to 200
 */
record PageRequest(int page, int size) {

    static final int DEFAULT_SIZE = 50;

    private static final int MAX_PAGE = 1_000_000;
    private static final int MAX_SIZE = 200;

    PageRequest {
        page = Math.clamp(page, 0, MAX_PAGE);
        size = Math.clamp(size, 1, MAX_SIZE);
    }
}
