package dev.waxwing.server.web;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** What is thrown at the edge when a path names nothing. */
final class Missing {

    private Missing() {}

    static ResponseStatusException named(String what, String name) {
        return new ResponseStatusException(
                HttpStatus.NOT_FOUND, "There is no %s %s. The list of them says what there is.".formatted(what, name));
    }
}
