package dev.waxwing.agent.connection;

import dev.waxwing.agent.home.Home;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a home knows of revoked authorities under the root that an invite pins ({@link KeptRevokedAuthorities}). The root's certificate is
 * seen only in the handshake, so that is when the file is read; no identity is needed for it. Owned by one thread.
 */
public final class PinnedRevokedAuthorities implements Function<TrustedRoot, RevokedAuthorities> {

    private final Home home;
    private final Consumer<String> notices;
    private @Nullable KeptRevokedAuthorities kept;
    private @Nullable TrustedRoot root;

    /** @param notices told what there is to tell a person */
    public PinnedRevokedAuthorities(Home home, Consumer<String> notices) {
        this.home = home;
        this.notices = notices;
    }

    /** @throws UncheckedIOException if the home cannot be read: nothing that it knows may be forgotten then */
    @Override
    public RevokedAuthorities apply(TrustedRoot pinned) {
        try {
            return under(pinned).authorities();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private KeptRevokedAuthorities under(TrustedRoot pinned) throws IOException {
        KeptRevokedAuthorities current = kept;
        if (current != null && root != null && root.certificate().equals(pinned.certificate())) {
            return current;
        }
        keep();
        KeptRevokedAuthorities loaded = KeptRevokedAuthorities.load(home, TrustedRoots.of(pinned));
        List<String> told = loaded.notices();
        told.forEach(notices);
        kept = loaded;
        root = pinned;
        return loaded;
    }

    /** Keeps what was learnt since it was last kept. */
    public void keep() throws IOException {
        if (kept != null) {
            kept.keep();
        }
    }
}
