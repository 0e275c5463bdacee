package dev.waxwing.server.web;

import dev.waxwing.ca.web.Page;
import dev.waxwing.server.account.AccountChange;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.account.User;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@RestController
@RequestMapping("/api/v1/users")
@Tag(name = "Users", description = "People who may use the console; for administrators")
class UserEndpoints {

    private final Accounts accounts;

    UserEndpoints(Accounts accounts) {
        this.accounts = accounts;
    }

    /** A wish for a user. Its password appears nowhere else. */
    @Schema(name = "UserOrder")
    record UserOrder(
            @Schema(description = "1 to 64 letters, digits and . _ @ -", example = "olga") @Nullable
            String name,

            @Schema(
                    allowableValues = {"admin", "operator", "auditor", "viewer"},
                    defaultValue = "viewer",
                    example = "operator")
            @Nullable
            String role,

            @Schema(
                    description = "Works for 7 days, and only to choose another at the console",
                    minLength = 12,
                    maxLength = 256,
                    example = "plum tree by the harbour")
            @Nullable
            String password) {

        @Override
        public String toString() {
            return "UserOrder[" + name + "]";
        }
    }

    /** What is to be different about a user; what is not given stays. */
    @Schema(name = "UserChange")
    record UserChange(
            @Schema(
                    allowableValues = {"admin", "operator", "auditor", "viewer"},
                    example = "auditor")
            @Nullable
            String role,

            @Schema(description = "Whether the user is shut out", example = "false") @Nullable
            Boolean disabled) {}

    /** A new password for somebody else. It appears nowhere else. */
    @Schema(name = "PasswordOrder")
    record PasswordOrder(
            @Schema(minLength = 12, maxLength = 256, example = "plum tree by the harbour") @Nullable
            String password) {

        @Override
        public String toString() {
            return "PasswordOrder[hidden]";
        }
    }

    /** How somebody is to be signed out. */
    @Schema(name = "SignOutOrder")
    record SignOutOrder(
            @Schema(description = "Whether the user's API tokens end too", example = "true") @Nullable
            Boolean tokens) {}

    /** A user in the REST interface. */
    @Schema(name = "User")
    record UserAnswer(
            @Schema(example = "olga") String name,

            @Schema(
                    allowableValues = {"admin", "operator", "auditor", "viewer"},
                    example = "operator")
            String role,

            boolean disabled,
            Instant createdAt,
            Instant passwordChangedAt,

            @Schema(description = "Until when a temporary password works; null once the user has chosen one") @Nullable
            Instant passwordUntil,

            @Nullable Instant lastLoginAt) {

        static UserAnswer of(User user) {
            return new UserAnswer(
                    user.name(),
                    user.role().label(),
                    user.disabled(),
                    user.createdAt(),
                    user.passwordChangedAt(),
                    user.passwordUntil(),
                    user.lastLoginAt());
        }
    }

    @GetMapping
    @Operation(summary = "List users, by name")
    Page<UserAnswer> list(@RequestParam(defaultValue = "0") int page, @RequestParam(defaultValue = "50") int size) {
        PageRequest wanted = new PageRequest(page, size);
        List<User> all = accounts.all();
        List<UserAnswer> items = all.stream()
                .skip((long) wanted.page() * wanted.size())
                .limit(wanted.size())
                .map(UserAnswer::of)
                .toList();
        return new Page<>(items, wanted.page(), wanted.size(), all.size());
    }

    @GetMapping("/{name}")
    @Operation(summary = "Show one user")
    UserAnswer show(@PathVariable String name) {
        return UserAnswer.of(user(name));
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary = "Add a user",
            description = "The password is a temporary one: at the first login the user has to choose another.")
    @ApiResponse(responseCode = "409", description = "There is a user of that name")
    ResponseEntity<UserAnswer> create(@RequestBody UserOrder order, Principal caller) {
        User made = made(accounts.createWithTemporaryPassword(
                caller.getName(),
                order.name() == null ? "" : order.name(),
                role(order.role() == null ? Role.VIEWER.label() : order.role()),
                order.password() == null ? "" : order.password()));
        return ResponseEntity.created(URI.create("/api/v1/users/" + made.name()))
                .body(UserAnswer.of(made));
    }

    @PatchMapping("/{name}")
    @Operation(
            summary = "Change a user's role, shut a user out or let one in",
            description = "Ends the user's console sessions; shutting out ends the user's API tokens for good.")
    @ApiResponse(responseCode = "200", description = "As it is now")
    @ApiResponse(responseCode = "409", description = "It is the last administrator")
    UserAnswer change(@PathVariable String name, @RequestBody UserChange wish, Principal caller) {
        User user = user(name);
        if (wish.role() != null) {
            user = made(accounts.changeRole(caller.getName(), user.id(), role(wish.role())));
        }
        if (wish.disabled() != null) {
            user = made(accounts.changeDisabled(caller.getName(), user.id(), wish.disabled()));
        }
        return UserAnswer.of(user);
    }

    @DeleteMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Remove a user",
            description = "With console sessions and API tokens. What the user did stays in the audit log.")
    @ApiResponse(responseCode = "409", description = "It is the last administrator")
    void remove(@PathVariable String name, Principal caller) {
        made(accounts.remove(caller.getName(), user(name).id()));
    }

    @PostMapping("/{name}/password")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(
            summary = "Give a user a temporary password",
            description = "The user has to choose another at the next login. Sessions and API tokens end.")
    @ApiResponse(responseCode = "409", description = "It is the last administrator")
    void resetPassword(@PathVariable String name, @RequestBody PasswordOrder order, Principal caller) {
        made(accounts.resetPassword(
                caller.getName(), user(name).id(), order.password() == null ? "" : order.password()));
    }

    @PostMapping("/{name}/sign-out")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "End a user's console sessions", description = "And, if asked for, the user's API tokens.")
    void signOut(@PathVariable String name, @RequestBody SignOutOrder order, Principal caller) {
        made(accounts.signOut(caller.getName(), user(name).id(), Boolean.TRUE.equals(order.tokens())));
    }

    private User user(String name) {
        return accounts.find(name).orElseThrow(() -> Missing.named("user", name));
    }

    private static User made(AccountChange change) {
        return switch (change) {
            case AccountChange.Made(var user) -> user;
            case AccountChange.Refused(var why, boolean conflict) ->
                throw new ResponseStatusException(
                        conflict ? HttpStatus.CONFLICT : HttpStatus.UNPROCESSABLE_CONTENT, why);
        };
    }

    private static Role role(String name) {
        return Role.named(name)
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        "There is no role of that name. There are: admin, operator, auditor, viewer."));
    }
}
