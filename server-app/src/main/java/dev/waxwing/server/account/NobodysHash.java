package dev.waxwing.server.account;

/** A hash that is compared with when there is no user, so that an attempt takes the same time as for one who exists. */
record NobodysHash(String value) {}
