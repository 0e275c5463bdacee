package dev.waxwing.ca.revocation;

import java.time.Duration;

/**
 * How long one who has ordered a sweep waits for its end before he is told how far it is.
 *
 * @param most no longer than people and programs wait for an answer
 */
public record SweepPatience(Duration most) {}
