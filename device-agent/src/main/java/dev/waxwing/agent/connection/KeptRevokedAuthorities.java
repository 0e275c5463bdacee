package dev.waxwing.agent.connection;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.FlatJson;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.home.PrivateFiles;
import dev.waxwing.trust.RevokedAuthorities;
import dev.waxwing.trust.TrustedRoot;
import dev.waxwing.trust.TrustedRoots;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What this device has learnt of authorities under its roots that count no more (protocol section 7.4), kept from one command to the
 * next: for each root the newest revocation list, and what earlier ones named. Any thread may keep it; a lock guards the files.
 */
public final class KeptRevokedAuthorities {

    private static final String LIST = "list";
    private static final String NAMED = "named";

    private final TrustedRoots roots;
    private final Home home;
    private final RevokedAuthorities authorities;
    private final List<String> notices = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<TrustedRoot, Content> kept = new HashMap<>();

    /** What a file holds. */
    private record Content(Bytes list, Set<BigInteger> named) {}

    private KeptRevokedAuthorities(Home home, TrustedRoots roots) {
        this.roots = roots;
        this.home = home;
        this.authorities = new RevokedAuthorities(roots);
    }

    /**
     * Reads what was kept. A damaged file is set aside, and this device begins anew: it learns all of it again in its next session. A
     * file is replaced whole or not at all, so only a failing disk or the home's owner can have damaged it.
     */
    public static KeptRevokedAuthorities load(Home home, TrustedRoots roots) throws IOException {
        KeptRevokedAuthorities loaded = new KeptRevokedAuthorities(home, roots);
        for (TrustedRoot root : roots.all()) {
            loaded.read(root);
        }
        return loaded;
    }

    /** Where it is kept for one root. */
    public static Path file(Home home, TrustedRoot root) {
        return home.resolve("revoked-" + root.spkiSha256().hex().substring(0, 16) + ".json");
    }

    private void read(TrustedRoot root) throws IOException {
        Path file = file(home, root);
        if (!Files.exists(file)) {
            return;
        }
        try {
            FlatJson in = FlatJson.read(file);
            Set<BigInteger> named = new HashSet<>();
            in.texts(NAMED).forEach(serialNumber -> named.add(new BigInteger(serialNumber, 16)));
            Bytes list = Bytes.of(in.bytes(LIST));
            if (authorities.take(list).isEmpty()) {
                throw new IllegalArgumentException("the list is none of this root");
            }
            authorities.remember(root, named);
            kept.put(root, content(root));
        } catch (AgentFailure | IllegalArgumentException | UntrustedException broken) {
            setAside(file);
        }
    }

    private void setAside(Path file) throws IOException {
        Path copy = PrivateFiles.setAside(file);
        notices.add(("%s is damaged; it was set aside as %s, and this device learns anew, in its next session, which"
                        + " authorities are revoked")
                .formatted(file, copy.getFileName()));
    }

    /** What there is to tell a person, once. */
    public List<String> notices() {
        lock.lock();
        try {
            List<String> told = List.copyOf(notices);
            notices.clear();
            return told;
        } finally {
            lock.unlock();
        }
    }

    /** What was learnt. */
    public RevokedAuthorities authorities() {
        return authorities;
    }

    /** Keeps what was learnt since it was last kept. */
    public void keep() throws IOException {
        lock.lock();
        try {
            for (TrustedRoot root : roots.all()) {
                Content content = content(root);
                if (!content.list().isEmpty() && !content.equals(kept.get(root))) {
                    write(root, content);
                    kept.put(root, content);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Content content(TrustedRoot root) {
        return new Content(authorities.newest(root).orElse(Bytes.EMPTY), authorities.named(root));
    }

    private void write(TrustedRoot root, Content content) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("version", "1");
        members.put(LIST, Base64.getEncoder().encodeToString(content.list().toArray()));
        members.put(
                NAMED,
                content.named().stream()
                        .sorted()
                        .map(serialNumber -> serialNumber.toString(16))
                        .toList());
        PrivateFiles.replace(file(home, root), FlatJson.write(members));
    }
}
