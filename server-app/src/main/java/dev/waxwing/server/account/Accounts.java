package dev.waxwing.server.account;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.server.account.AccountChange.Made;
import dev.waxwing.server.account.AccountChange.Refused;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** The console's users. Every change is audited; the last administrator cannot be taken away. */
@Service
public class Accounts {

    /** How long a password works that an administrator chose for somebody else. */
    public static final Duration TEMPORARY = Duration.ofDays(7);

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._@-]{0,63}");

    private final Users users;
    private final SetupLinks setupLinks;
    private final PasswordEncoder encoder;
    private final PasswordPolicy policy = new PasswordPolicy();
    private final AuditTrail audit;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Accounts(
            Users users,
            SetupLinks setupLinks,
            PasswordEncoder encoder,
            AuditTrail audit,
            TransactionTemplate transaction,
            Clock clock) {
        this.users = users;
        this.setupLinks = setupLinks;
        this.encoder = encoder;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** Whether there is no user at all yet. */
    public boolean none() {
        return users.none();
    }

    /** All users, by name. */
    public List<User> all() {
        return users.all();
    }

    public Optional<User> find(long id) {
        return users.byId(id);
    }

    /** The user of this name, in either case. */
    public Optional<User> find(String name) {
        return users.byName(canonical(name));
    }

    /** The name as it is stored and compared: without surrounding blanks, in lower case. */
    static String canonical(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    /** Adds a user with a password of the user's own. */
    public AccountChange create(String actor, String name, Role role, String password) {
        return create(actor, name, role, password, null);
    }

    /** Adds a user with a password that somebody else chose: it works for {@link #TEMPORARY}, and only to choose another. */
    public AccountChange createWithTemporaryPassword(String actor, String name, Role role, String password) {
        return create(actor, name, role, password, endOfTemporary());
    }

    private AccountChange create(String actor, String name, Role role, String password, @Nullable Instant until) {
        String canonical = canonical(name);
        Optional<String> objection = objection(canonical, password);
        if (objection.isPresent()) {
            return new Refused(objection.get());
        }
        String hash = encode(password);
        try {
            return committed(() -> {
                users.insert(canonical, role, hash, until, clock.instant());
                audit.record(AuditEvent.success(actor, "user.created", canonical, passwordWords(until))
                        .changing(null, role.label()));
                return made(canonical);
            });
        } catch (DuplicateKeyException _) {
            return new Refused("There is a user of that name already.", true);
        }
    }

    private Instant endOfTemporary() {
        return clock.instant().plus(TEMPORARY);
    }

    private static @Nullable String passwordWords(@Nullable Instant until) {
        return until == null ? null : "temporary password until " + until.truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Uses up a set-up link: makes {@code name} an administrator with this password, whether or not such a user exists.
     * The link stays usable when the name or the password is refused.
     */
    public AccountChange useSetupLink(String link, String name, String password) {
        String canonical = canonical(name);
        Optional<String> objection = objection(canonical, password);
        if (objection.isPresent()) {
            return new Refused(objection.get());
        }
        String hash = encode(password);
        return committed(() -> {
            if (!setupLinks.use(link)) {
                return new Refused("This set-up link was used already or has ended.");
            }
            String done = users.byName(canonical)
                    .map(user -> restore(user, hash))
                    .orElseGet(() -> insertAdministrator(canonical, hash));
            audit.record(AuditEvent.success(canonical, "setup-link.used", canonical, done));
            return made(canonical);
        });
    }

    /** Gives a user another role; the user's sessions end. */
    public AccountChange changeRole(String actor, long id, Role role) {
        return changing(id, user -> {
            if (user.role() == role) {
                return new Made(user);
            }
            if (isLastAdministrator(user)) {
                return lastAdministrator(user);
            }
            users.changeRole(id, role);
            audit.record(AuditEvent.success(actor, "user.role-changed", user.name(), null)
                    .changing(user.role().label(), role.label()));
            return made(user.name());
        });
    }

    /** Shuts a user out, open sessions included, and ends the user's tokens; or lets the user back in. */
    public AccountChange changeDisabled(String actor, long id, boolean disabled) {
        return changing(id, user -> {
            if (user.disabled() == disabled) {
                return new Made(user);
            }
            if (isLastAdministrator(user)) {
                return lastAdministrator(user);
            }
            users.changeDisabled(id, disabled);
            audit.record(AuditEvent.success(
                            actor,
                            disabled ? "user.disabled" : "user.enabled",
                            user.name(),
                            disabled ? tokensEnded(id) : null)
                    .changing(state(user.disabled()), state(disabled)));
            return made(user.name());
        });
    }

    /** Removes a user, with sessions and tokens. What the user did stays in the audit log. */
    public AccountChange remove(String actor, long id) {
        return changing(id, user -> {
            if (isLastAdministrator(user)) {
                return lastAdministrator(user);
            }
            String tokens = tokensEnded(id);
            users.remove(id);
            audit.record(AuditEvent.success(actor, "user.removed", user.name(), tokens)
                    .changing(user.role().label(), null));
            return new Made(user);
        });
    }

    /**
     * Gives a user a new password on an administrator's word: a temporary one. The user's sessions and tokens end, because whoever
     * had the password may have made some.
     */
    public AccountChange resetPassword(String actor, long id, String password) {
        return users.byId(id).map(user -> resetPassword(actor, user, password)).orElseGet(Accounts::unknown);
    }

    private AccountChange resetPassword(String actor, User user, String password) {
        Optional<String> objection = policy.objection(user.name(), password);
        if (objection.isPresent()) {
            return new Refused(objection.get());
        }
        String hash = encode(password);
        Instant until = endOfTemporary();
        return changing(user.id(), present -> {
            if (isLastAdministrator(present)) {
                return new Refused(
                        "%s is the only administrator left, and changes the password in the settings."
                                .formatted(present.name()),
                        true);
            }
            users.changePassword(present.id(), hash, until, clock.instant());
            audit.record(AuditEvent.success(
                    actor,
                    "user.password-reset",
                    present.name(),
                    passwordWords(until) + "; " + tokensEnded(present.id())));
            return made(present.name());
        });
    }

    /**
     * Changes one's own password, once {@link Logins#confirm} knows the person by the present one; other sessions of the same user
     * end.
     *
     * @param endTokens whether the user's API tokens end too
     */
    public AccountChange changeOwnPassword(Caller caller, String password, boolean endTokens) {
        Optional<String> objection = policy.objection(caller.name(), password);
        if (objection.isPresent()) {
            return new Refused(objection.get());
        }
        if (encoder.matches(password, users.passwordHash(caller.userId()).orElse(""))) {
            return new Refused("The new password is the present one. Choose another.");
        }
        String hash = encode(password);
        return changing(caller.userId(), user -> {
            users.changePassword(user.id(), hash, null, clock.instant());
            audit.record(AuditEvent.success(
                    caller.name(),
                    "user.password-changed",
                    user.name(),
                    endTokens ? tokensEnded(user.id()) : "API tokens go on"));
            return made(user.name());
        });
    }

    /**
     * Ends all open console sessions of a user.
     *
     * @param endTokens whether the user's API tokens end too
     */
    public AccountChange signOut(String actor, long id, boolean endTokens) {
        return changing(id, user -> {
            users.endSessions(id);
            audit.record(AuditEvent.success(
                    actor, "user.signed-out", user.name(), endTokens ? tokensEnded(id) : "API tokens go on"));
            return made(user.name());
        });
    }

    private String tokensEnded(long id) {
        int ended = users.endTokens(id);
        return ended == 1 ? "one API token ended" : ended + " API tokens ended";
    }

    private static String state(boolean disabled) {
        return disabled ? "disabled" : "enabled";
    }

    /** The tokens end, as when an administrator resets a password: whoever had the former one may have made some. */
    private String restore(User user, String hash) {
        users.changePassword(user.id(), hash, null, clock.instant());
        users.changeRole(user.id(), Role.ADMIN);
        users.changeDisabled(user.id(), false);
        return "administrator with a new password; " + tokensEnded(user.id());
    }

    private String insertAdministrator(String name, String hash) {
        users.insert(name, Role.ADMIN, hash, null, clock.instant());
        return "new administrator";
    }

    /** Whether nobody else could do what only an administrator may. Who has never chosen a password does not count. */
    private boolean isLastAdministrator(User user) {
        return user.role() == Role.ADMIN
                && user.enabled()
                && users.lockedAdministrators().stream().allMatch(id -> id == user.id());
    }

    private static Refused lastAdministrator(User user) {
        return new Refused(
                "%s is the only administrator left. Make another one first, who has logged in.".formatted(user.name()),
                true);
    }

    private static AccountChange unknown() {
        return new Refused("There is no such user.");
    }

    private Optional<String> objection(String name, String password) {
        if (!NAME.matcher(name).matches()) {
            return Optional.of(
                    "A user name has 1 to 64 letters, digits and . _ @ -, and starts with a letter or digit.");
        }
        return policy.objection(name, password);
    }

    private String encode(String password) {
        String hash = encoder.encode(password);
        if (hash == null) {
            throw new IllegalStateException("the password encoder made no hash");
        }
        return hash;
    }

    private Made made(String name) {
        return new Made(users.byName(name).orElseThrow());
    }

    private AccountChange changing(long id, Function<User, AccountChange> change) {
        return committed(() -> users.byId(id).map(change).orElseGet(Accounts::unknown));
    }

    private AccountChange committed(Supplier<AccountChange> change) {
        AccountChange result = transaction.execute(_ -> change.get());
        if (result == null) {
            throw new IllegalStateException("a transaction without a result");
        }
        return result;
    }
}
