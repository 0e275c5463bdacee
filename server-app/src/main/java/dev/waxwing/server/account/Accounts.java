package dev.waxwing.server.account;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import dev.waxwing.server.account.AccountChange.Made;
import dev.waxwing.server.account.AccountChange.Refused;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** The console's users. Every change is audited; the last enabled administrator cannot be taken away. */
@Service
public class Accounts {

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

    /** The name as it is stored and compared: without surrounding blanks, in lower case. */
    static String canonical(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    /** Adds a user. */
    public AccountChange create(String actor, String name, Role role, String password) {
        String canonical = canonical(name);
        Optional<String> objection = objection(canonical, password);
        if (objection.isPresent()) {
            return new Refused(objection.get());
        }
        String hash = encode(password);
        try {
            return committed(() -> {
                users.insert(canonical, role, hash, clock.instant());
                audit.record(AuditEvent.success(actor, "user.created", canonical, "role " + role.label()));
                return made(canonical);
            });
        } catch (DuplicateKeyException _) {
            return new Refused("There is a user of that name already.");
        }
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
            users.byName(canonical)
                    .ifPresentOrElse(
                            user -> restore(user, hash),
                            () -> users.insert(canonical, Role.ADMIN, hash, clock.instant()));
            audit.record(
                    AuditEvent.success(canonical, "setup-link.used", canonical, "administrator with a new password"));
            return made(canonical);
        });
    }

    /** Gives a user another role. */
    public AccountChange changeRole(String actor, long id, Role role) {
        return changing(id, user -> {
            if (role != Role.ADMIN && isLastAdministrator(user)) {
                return new Refused("%s is the only administrator left.".formatted(user.name()));
            }
            users.changeRole(id, role);
            audit.record(AuditEvent.success(actor, "user.role-changed", user.name(), "role " + role.label()));
            return made(user.name());
        });
    }

    /** Shuts a user out, tokens and open sessions included, or lets the user back in. */
    public AccountChange changeDisabled(String actor, long id, boolean disabled) {
        return changing(id, user -> {
            if (disabled && isLastAdministrator(user)) {
                return new Refused("%s is the only administrator left.".formatted(user.name()));
            }
            users.changeDisabled(id, disabled);
            audit.record(AuditEvent.success(actor, disabled ? "user.disabled" : "user.enabled", user.name(), null));
            return made(user.name());
        });
    }

    /** Gives a user a new password on an administrator's word; the user's sessions end. */
    public AccountChange resetPassword(String actor, long id, String password) {
        return users.byId(id)
                .map(user -> setPassword(actor, user, password))
                .orElseGet(() -> new Refused("There is no such user."));
    }

    /** Changes one's own password; other sessions of the same user end. */
    public AccountChange changeOwnPassword(Caller caller, String current, String password) {
        String hash = users.passwordHash(caller.userId()).orElse("");
        if (!encoder.matches(current, hash)) {
            audit.record(AuditEvent.refused(
                    caller.name(), "user.password-changed", caller.name(), "the current password was wrong"));
            return new Refused("The current password is not right.");
        }
        return users.byId(caller.userId())
                .map(user -> setPassword(caller.name(), user, password))
                .orElseGet(() -> new Refused("There is no such user."));
    }

    private AccountChange setPassword(String actor, User user, String password) {
        Optional<String> objection = policy.objection(user.name(), password);
        if (objection.isPresent()) {
            return new Refused(objection.get());
        }
        String hash = encode(password);
        return committed(() -> {
            users.changePassword(user.id(), hash, clock.instant());
            audit.record(AuditEvent.success(actor, "user.password-changed", user.name(), null));
            return made(user.name());
        });
    }

    private void restore(User user, String hash) {
        users.changePassword(user.id(), hash, clock.instant());
        users.changeRole(user.id(), Role.ADMIN);
        users.changeDisabled(user.id(), false);
    }

    private boolean isLastAdministrator(User user) {
        return users.lockedAdministrators().equals(List.of(user.id()));
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
        return committed(() -> users.byId(id).map(change).orElseGet(() -> new Refused("There is no such user.")));
    }

    private AccountChange committed(Supplier<AccountChange> change) {
        AccountChange result = transaction.execute(_ -> change.get());
        if (result == null) {
            throw new IllegalStateException("a transaction without a result");
        }
        return result;
    }
}
