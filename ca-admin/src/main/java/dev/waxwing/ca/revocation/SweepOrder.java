package dev.waxwing.ca.revocation;

import dev.waxwing.ca.authority.AtomicFiles;
import dev.waxwing.ca.authority.AuthorityId;
import dev.waxwing.ca.authority.DataDirectory;
import dev.waxwing.ca.inventory.RevocationReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The order to revoke all that an issuing authority has issued, in a file from before the first certificate is revoked until after
 * the last one is, so that a restart goes on with it.
 *
 * @param issuer whose certificates
 * @param reason why
 * @param actor who wants it
 * @param begun when; what is issued later is not meant
 * @param total how many certificates there were to revoke
 */
record SweepOrder(AuthorityId issuer, RevocationReason reason, String actor, Instant begun, int total) {

    private static final String ENDING = ".sweep";
    private static final int LINES = 4;

    /** All that were not carried out to their end. */
    static List<SweepOrder> kept(DataDirectory home) {
        if (!Files.isDirectory(directory(home))) {
            return List.of();
        }
        try {
            List<SweepOrder> all = new ArrayList<>();
            AtomicFiles files = AtomicFiles.in(directory(home));
            for (String name : files.names(ENDING)) {
                Optional<AuthorityId> issuer = AuthorityId.parse(name);
                Path file = files.path(name + ENDING);
                if (issuer.isPresent() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    read(issuer.get(), file).ifPresent(all::add);
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException("the orders to revoke everything cannot be read", e);
        }
    }

    /** A file is there whole or not at all; what is none of ours is nobody's order. */
    private static Optional<SweepOrder> read(AuthorityId issuer, Path file) throws IOException {
        List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList();
        Optional<RevocationReason> reason =
                lines.size() < LINES ? Optional.empty() : RevocationReason.parse(lines.getFirst());
        try {
            return reason.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new SweepOrder(
                            issuer,
                            reason.get(),
                            lines.get(1),
                            Instant.parse(lines.get(2)),
                            Integer.parseInt(lines.get(3))));
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    void keep(DataDirectory home) {
        String content = String.join("\n", reason.rfcName(), actor, begun.toString(), String.valueOf(total)) + "\n";
        try {
            AtomicFiles.in(directory(home)).write(issuer + ENDING, content.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the order to revoke everything could not be kept; nothing was revoked", e);
        }
    }

    void forget(DataDirectory home) {
        try {
            AtomicFiles.in(directory(home)).delete(issuer + ENDING);
        } catch (IOException e) {
            throw new UncheckedIOException("the order to revoke everything, which is carried out, is still there", e);
        }
    }

    private static Path directory(DataDirectory home) {
        return home.dataDir().resolve("sweeps");
    }
}
