package dev.waxwing.server.session;

/** Published when somebody had a session's keys renewed. */
public record SessionRekeyed(Session session) {}
