package dev.waxwing.ca.web;

import java.util.List;

/**
 * One page of a list, newest first.
 *
 * @param items what is on this page
 * @param page the page's number, from 0
 * @param size how many items a page has at most
 * @param total how many items there are on all pages
 */
public record Page<T>(List<T> items, int page, int size, long total) {

    public Page {
        items = List.copyOf(items);
    }
}
