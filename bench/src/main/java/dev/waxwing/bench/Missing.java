package dev.waxwing.bench;

/** A subject that was left out, and what would bring it. */
record Missing(String name, String why) {}
