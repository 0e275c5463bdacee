package dev.waxwing.server.session;

/**
 * Published when a session is over.
 *
 * @param session as it last was
 * @param reason why, in a few words for people
 */
public record SessionEnded(Session session, String reason) {}
