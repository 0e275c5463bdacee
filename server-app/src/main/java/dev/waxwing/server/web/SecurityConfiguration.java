package dev.waxwing.server.web;

import static dev.waxwing.server.account.Permission.ADMINISTER;
import static dev.waxwing.server.account.Permission.AUDIT;
import static dev.waxwing.server.account.Permission.CREDENTIALS;
import static dev.waxwing.server.account.Permission.OPERATE;
import static dev.waxwing.server.account.Permission.READ;
import static org.springframework.security.config.Customizer.withDefaults;

import dev.waxwing.server.account.Caller;
import dev.waxwing.server.account.Logins;
import dev.waxwing.server.account.Permission;
import jakarta.servlet.DispatcherType;
import java.time.Clock;
import java.util.Arrays;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authorization.AllAuthoritiesAuthorizationManager;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.annotation.web.configurers.SessionManagementConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/** Who may reach what: programs, monitoring, the public, and people at the console, each with a chain of its own. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ConsoleProperties.class)
@PropertySource("classpath:dev/waxwing/server/web/console.properties")
class SecurityConfiguration {

    static final String PAGE_POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " media-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
            + " frame-ancestors 'none'";

    /** Swagger UI sets styles in its markup and draws icons from data URIs; it still runs no inline script. */
    private static final String SWAGGER_POLICY = "default-src 'self'; script-src 'self';"
            + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none';"
            + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static final String NO_FEATURES = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(),"
            + " geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(),"
            + " screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

    @Bean
    @Order(1)
    SecurityFilterChain api(HttpSecurity http, Logins logins, ApiRefusals refusals) throws Exception {
        return stateless(http, logins, refusals)
                .securityMatcher("/api/**")
                .servletApi(request -> request.rolePrefix(""))
                .authorizeHttpRequests(
                        requests -> requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
                                .permitAll()
                                .requestMatchers("/api/v1/audit/**", "/api/v1/transfers/*/evidence")
                                .hasAuthority(AUDIT.name())
                                .requestMatchers("/api/v1/classic/**")
                                .hasAuthority(ADMINISTER.name())
                                .requestMatchers("/api/v1/users", "/api/v1/users/**")
                                .access(all(ADMINISTER, CREDENTIALS))
                                .requestMatchers(HttpMethod.POST, "/api/v1/tokens")
                                .access(all(READ, CREDENTIALS))
                                .requestMatchers(HttpMethod.POST, "/api/v1/authority/**", "/api/v1/restorations/**")
                                .hasAuthority(ADMINISTER.name())
                                .requestMatchers("/api/v1/tokens/**")
                                .hasAuthority(READ.name())
                                .requestMatchers(HttpMethod.DELETE, "/api/v1/devices/*")
                                .hasAuthority(ADMINISTER.name())
                                .requestMatchers("/api/v1/certificates/*/classic.json")
                                .hasAuthority(OPERATE.name())
                                .requestMatchers(HttpMethod.POST, "/api/v1/devices/*/revocation")
                                .hasAuthority(OPERATE.name())
                                .requestMatchers(HttpMethod.POST, "/api/v1/transfers/*/verification")
                                .hasAuthority(READ.name())
                                .requestMatchers(HttpMethod.GET, "/api/**")
                                .hasAuthority(READ.name())
                                .requestMatchers(HttpMethod.HEAD, "/api/**")
                                .hasAuthority(READ.name())
                                .requestMatchers(
                                        "/api/v1/certificates/**",
                                        "/api/v1/invites/**",
                                        "/api/v1/sessions/**",
                                        "/api/v1/devices/*/readmission")
                                .hasAuthority(OPERATE.name())
                                .anyRequest()
                                .hasAuthority(ADMINISTER.name()))
                .build();
    }

    /** Monitoring, and the description of the REST interface: a program's credentials or a console session both do. */
    @Bean
    @Order(2)
    SecurityFilterChain monitoring(HttpSecurity http, Logins logins, ApiRefusals refusals, Clock clock)
            throws Exception {
        HttpSecurity chain = stateless(http, logins, refusals)
                .securityMatcher("/actuator/**", "/v3/api-docs", "/v3/api-docs/**", "/v3/api-docs.yaml")
                .securityContext(context -> context.securityContextRepository(new SessionsToRead()))
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.NEVER))
                .addFilterBefore(new CurrentAccountFilter(logins, clock), AuthorizationFilter.class);
        return chain.authorizeHttpRequests(requests -> requests.requestMatchers(
                                HttpMethod.GET,
                                "/actuator/health",
                                "/actuator/health/liveness",
                                "/actuator/health/readiness")
                        .permitAll()
                        .requestMatchers(HttpMethod.GET, "/**")
                        .hasAuthority(READ.name())
                        .anyRequest()
                        .hasAuthority(ADMINISTER.name()))
                .build();
    }

    /** What needs no login: certificate status for everyone who has to verify one, and the console's own assets. */
    @Bean
    @Order(3)
    SecurityFilterChain open(HttpSecurity http) throws Exception {
        return headers(http)
                .securityMatcher("/pki/**", "/assets/**", "/favicon.svg", "/favicon.ico", "/robots.txt")
                .headers(headers -> headers.cacheControl(HeadersConfigurer.CacheControlConfig::disable))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .build();
    }

    @Bean
    @Order(4)
    SecurityFilterChain console(HttpSecurity http, AuthenticationManager people, Logins logins, Clock clock)
            throws Exception {
        return headers(http)
                .authenticationManager(people)
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers("/login", "/setup/**", "/error")
                        .permitAll()
                        .requestMatchers("/password", "/logout")
                        .authenticated()
                        .requestMatchers("/audit/**", "/transfers/*/evidence")
                        .hasAuthority(AUDIT.name())
                        .requestMatchers(HttpMethod.POST, "/devices/*/removal", "/authority/**")
                        .hasAuthority(ADMINISTER.name())
                        .requestMatchers("/settings/users/**", "/classic", "/classic/**", "/restorations/**")
                        .hasAuthority(ADMINISTER.name())
                        .requestMatchers(
                                "/certificates/new/**",
                                "/certificates/keys/*",
                                "/certificates/revoke",
                                "/certificates/*/classic.json")
                        .hasAuthority(OPERATE.name())
                        .requestMatchers(
                                HttpMethod.POST,
                                "/settings/password",
                                "/settings/sign-out",
                                "/settings/tokens/**",
                                "/transfers/*/verification")
                        .hasAuthority(READ.name())
                        .requestMatchers(
                                HttpMethod.POST,
                                "/certificates/**",
                                "/devices/*/revocation",
                                "/devices/*/readmission/**",
                                "/invites/**",
                                "/sessions/**")
                        .hasAuthority(OPERATE.name())
                        .requestMatchers(HttpMethod.GET, "/**")
                        .hasAuthority(READ.name())
                        .requestMatchers(HttpMethod.HEAD, "/**")
                        .hasAuthority(READ.name())
                        .anyRequest()
                        .hasAuthority(ADMINISTER.name()))
                .addFilterBefore(new CurrentAccountFilter(logins, clock), AuthorizationFilter.class)
                .addFilterBefore(new PasswordDueFilter(), AuthorizationFilter.class)
                .formLogin(
                        form -> form.loginPage("/login").defaultSuccessUrl("/").failureHandler(LoginController::refuse))
                .logout(logout -> logout.logoutSuccessUrl("/login?ended")
                        .deleteCookies("waxwing")
                        .addLogoutHandler((_, _, leaving) -> {
                            if (leaving != null && leaving.getPrincipal() instanceof Caller caller) {
                                logins.left(caller);
                            }
                        }))
                .csrf(forms -> forms.csrfTokenRepository(new FormTokens()))
                .exceptionHandling(failures -> failures.accessDeniedHandler(ErrorPages::denied))
                .requestCache(cache -> cache.requestCache(new WantedPage()))
                .build();
    }

    /** People log in through the form. */
    @Bean
    AuthenticationManager people(Logins logins) {
        return new ProviderManager(new PasswordAuthentication(logins::atConsole));
    }

    private static AuthorizationManager<RequestAuthorizationContext> all(Permission... permissions) {
        return AllAuthoritiesAuthorizationManager.hasAllAuthorities(
                Arrays.stream(permissions).map(Permission::name).toArray(String[]::new));
    }

    private static HttpSecurity stateless(HttpSecurity http, Logins logins, ApiRefusals refusals) throws Exception {
        return headers(http)
                .authenticationManager(new ProviderManager(new PasswordAuthentication(logins::byProgram)))
                .httpBasic(basic -> basic.authenticationEntryPoint(refusals))
                .addFilterBefore(new BearerTokenFilter(logins, refusals), BasicAuthenticationFilter.class)
                .exceptionHandling(
                        failures -> failures.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS)
                        .sessionFixation(SessionManagementConfigurer.SessionFixationConfigurer::none));
    }

    private static HttpSecurity headers(HttpSecurity http) throws Exception {
        RequestMatcher swagger = PathPatternRequestMatcher.withDefaults().matcher("/swagger-ui/**");
        return http.headers(headers -> headers.contentTypeOptions(withDefaults())
                .frameOptions(HeadersConfigurer.FrameOptionsConfig::deny)
                .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER))
                .permissionsPolicyHeader(features -> features.policy(NO_FEATURES))
                .crossOriginOpenerPolicy(opener -> opener.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
                .crossOriginResourcePolicy(resource -> resource.policy(CrossOriginResourcePolicy.SAME_ORIGIN))
                .addHeaderWriter((request, response) -> {
                    if (!response.containsHeader("Content-Security-Policy")) {
                        response.setHeader(
                                "Content-Security-Policy", swagger.matches(request) ? SWAGGER_POLICY : PAGE_POLICY);
                    }
                }));
    }
}
