package dev.waxwing.server.session;

/** What the register needs of a session: a view of it, and a way to end it. Implementations are called by any thread. */
public interface LiveSession {

    /** As it is now. */
    Session view();

    /** How many uploads are open in it. */
    int openUploads();

    /**
     * Renews the keys of both directions with a fresh key exchange, and waits until that is done.
     *
     * @return false if the session ended or the device did not answer in time
     */
    boolean rekey() throws InterruptedException;

    /**
     * Ends it, without waiting: the peer is told as far as it listens.
     *
     * @param ending why
     */
    void end(Ending ending);
}
