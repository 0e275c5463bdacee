package dev.waxwing.server.web;

import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Login;
import dev.waxwing.server.account.Permission;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/** Hands names and passwords to the accounts, for one way of logging in. */
final class PasswordAuthentication implements AuthenticationProvider {

    private final Attempt attempt;

    PasswordAuthentication(Attempt attempt) {
        this.attempt = attempt;
    }

    /** One way of logging in with a password. */
    interface Attempt {
        Login login(String name, String password, String address);
    }

    @Override
    public Authentication authenticate(Authentication shown) {
        Object password = shown.getCredentials();
        Login login = attempt.login(shown.getName(), password == null ? "" : password.toString(), address(shown));
        return switch (login) {
            case Login.Accepted accepted -> authenticated(accepted.caller(), shown.getDetails());
            case Login.Refused refused -> throw new LoginRefusedException(refused.reference());
            case Login.MustWait mustWait -> throw new LoginThrottledException(mustWait.time());
        };
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
    }

    /** The authentication of a caller who has proved to be one. */
    static Authentication authenticated(Caller caller, @Nullable Object details) {
        List<GrantedAuthority> authorities = caller.permissions().stream()
                .map(Permission::name)
                .map(SimpleGrantedAuthority::new)
                .map(GrantedAuthority.class::cast)
                .toList();
        UsernamePasswordAuthenticationToken token =
                UsernamePasswordAuthenticationToken.authenticated(caller, null, authorities);
        token.setDetails(details);
        return token;
    }

    private static String address(Authentication shown) {
        return shown.getDetails() instanceof WebAuthenticationDetails details ? details.getRemoteAddress() : "unknown";
    }
}
