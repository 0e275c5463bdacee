package dev.waxwing.server.session;

/** Published when a device was let in. */
public record SessionOpened(Session session) {}
