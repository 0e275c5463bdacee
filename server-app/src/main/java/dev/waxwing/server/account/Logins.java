package dev.waxwing.server.account;

import dev.waxwing.ca.audit.AuditEvent;
import dev.waxwing.ca.audit.AuditTrail;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;

/**
 * Lets people and programs in, or not, and writes down which. Passwords are hashed slowly on purpose, so only a few are
 * hashed at the same time.
 */
@Service
public class Logins {

    private static final int HASHES_AT_ONCE = 4;
    private static final int REMEMBERED_PROGRAMS = 1_000;
    private static final Duration PROGRAM_AUDIT_INTERVAL = Duration.ofHours(1);

    private final Users users;
    private final ApiTokens tokens;
    private final PasswordEncoder encoder;
    private final NobodysHash nobody;
    private final AuditTrail audit;
    private final Clock clock;
    private final LoginThrottle throttle;
    private final Semaphore hashing = new Semaphore(HASHES_AT_ONCE, true);
    private final RecentPrograms programs = new RecentPrograms();

    Logins(Users users, ApiTokens tokens, PasswordEncoder encoder, NobodysHash nobody, AuditTrail audit, Clock clock) {
        this.users = users;
        this.tokens = tokens;
        this.encoder = encoder;
        this.nobody = nobody;
        this.audit = audit;
        this.clock = clock;
        this.throttle = new LoginThrottle(clock);
    }

    /** A person at the login form. */
    public Login atConsole(String name, String password, String address) {
        return withPassword(name, password, address, user -> {
            users.loggedIn(user.id(), clock.instant());
            audit.record(AuditEvent.success(user.name(), "login.succeeded", user.name(), "console")
                    .from(address));
        });
    }

    /** A program with a name and a password. Its successes are audited once an hour: it shows them with each request. */
    public Login byProgram(String name, String password, String address) {
        return withPassword(name, password, address, user -> {
            if (programs.isNew(user.name() + ' ' + address, clock.instant())) {
                audit.record(AuditEvent.success(user.name(), "login.succeeded", user.name(), "REST")
                        .from(address));
            }
        });
    }

    /**
     * A program with an API token. A wait applies to what is no token only: nobody guesses 256 bits, and one program with an
     * old token must not shut out the others of its host.
     */
    public Login withToken(String token, String address) {
        Optional<Caller> caller = tokens.authenticate(token, address);
        if (caller.isPresent()) {
            return new Login.Accepted(caller.get());
        }
        Optional<Duration> wait = throttle.wait("bearer", address);
        if (wait.isPresent()) {
            return new Login.MustWait(wait.get());
        }
        return refuse("bearer", address, "API token", "no such API token, or it has ended, or its owner is disabled");
    }

    /** Whether somebody who is logged in knows the password: asked before it is changed, and as slow to guess as at the door. */
    public Login confirm(Caller caller, String password, String address) {
        return withPassword(caller.name(), password, address, _ -> {});
    }

    /** A person has left the console. */
    public void left(Caller caller) {
        audit.record(AuditEvent.success(caller.name(), "logout", caller.name(), "console"));
    }

    /** Counts an attempt with a set-up link that does not work, so that nobody can try links quickly. */
    public void setupLinkRefused(String address) {
        throttle.failed("setup", address);
    }

    /** How long this address must wait before it may try a set-up link again. */
    public Optional<Duration> setupLinkWait(String address) {
        return throttle.wait("setup", address);
    }

    /** A caller who has just become one by a set-up link. */
    public Caller afterSetup(User user, String address) {
        users.loggedIn(user.id(), clock.instant());
        audit.record(AuditEvent.success(user.name(), "login.succeeded", user.name(), "set-up link")
                .from(address));
        return Caller.of(user);
    }

    /** The caller with the user's present role and version, or nothing when the user's sessions have to end. */
    public Optional<Caller> refreshed(Caller caller) {
        return users.byId(caller.userId())
                .filter(User::enabled)
                .filter(user -> user.version() == caller.userVersion())
                .map(Caller::of);
    }

    /** The same person after a change that ended that person's other sessions. */
    public Caller renewed(User user) {
        return Caller.of(user);
    }

    private Login withPassword(String name, String password, String address, Consumer<User> onSuccess) {
        String canonical = Accounts.canonical(name);
        String key = canonical.length() > 64 ? canonical.substring(0, 64) : canonical;
        // Whoever queues up with many attempts at once finds, when it is an attempt's turn, how those before it ended.
        hashing.acquireUninterruptibly();
        try {
            return withPassword(canonical, key, password, address, onSuccess);
        } finally {
            hashing.release();
        }
    }

    private Login withPassword(
            String canonical, String key, String password, String address, Consumer<User> onSuccess) {
        Optional<Duration> wait = throttle.wait(key, address);
        if (wait.isPresent()) {
            return new Login.MustWait(wait.get());
        }
        @Nullable User user = users.byName(canonical).orElse(null);
        boolean right = matches(user, password);
        Optional<String> why = objection(user, right);
        if (user == null || why.isPresent()) {
            return refuse(key, address, key, why.orElse("no such user"));
        }
        throttle.succeeded(key, address);
        onSuccess.accept(user);
        return new Login.Accepted(Caller.of(user));
    }

    private Optional<String> objection(@Nullable User user, boolean right) {
        if (user == null) {
            return Optional.of("no such user");
        }
        if (!right) {
            return Optional.of("wrong password");
        }
        if (user.disabled()) {
            return Optional.of("the user is disabled");
        }
        Instant until = user.passwordUntil();
        return until == null || clock.instant().isBefore(until)
                ? Optional.empty()
                : Optional.of("the temporary password has ended");
    }

    private Login.Refused refuse(String key, String address, String subject, String why) {
        boolean nowWaits = throttle.failed(key, address);
        AuditEvent event = AuditEvent.refused(
                        "anonymous",
                        "login.refused",
                        printable(subject),
                        why + (nowWaits ? "; further attempts have to wait" : ""))
                .from(address);
        audit.record(event);
        return new Login.Refused(event.reference());
    }

    /** Takes the same time whether or not the user exists. */
    private boolean matches(@Nullable User user, String password) {
        if (password.length() > PasswordPolicy.MAX_LENGTH) {
            return false;
        }
        Optional<String> own = Optional.ofNullable(user).flatMap(known -> users.passwordHash(known.id()));
        return encoder.matches(password, own.orElse(nobody.value())) && own.isPresent();
    }

    private static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? '\uFFFD' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Programs seen lately; one lock guards the bounded table. */
    private static final class RecentPrograms {

        private final ReentrantLock lock = new ReentrantLock();
        private final Map<String, Instant> seen = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
                return size() > REMEMBERED_PROGRAMS;
            }
        };

        boolean isNew(String program, Instant now) {
            lock.lock();
            try {
                Instant last = seen.get(program);
                if (last != null && last.plus(PROGRAM_AUDIT_INTERVAL).isAfter(now)) {
                    return false;
                }
                seen.put(program, now);
                return true;
            } finally {
                lock.unlock();
            }
        }
    }
}
