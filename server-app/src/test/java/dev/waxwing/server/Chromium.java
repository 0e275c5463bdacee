package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Chromium of this machine, e.g. that of Debian's package {@code chromium}; {@code WAXWING_CHROMIUM} names another one. It
 * notes what its pages complain of. Used by one thread.
 */
final class Chromium implements AutoCloseable {

    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    private final Playwright playwright;
    private final Browser browser;
    private final List<String> complaints = new ArrayList<>();

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** @param untried what a machine without one leaves untried */
    static Chromium launch(String untried) {
        Optional<Path> executable = executable();
        assumeTrue(executable.isPresent(), "No Chromium on this machine (apt-get install chromium): " + untried + ".");
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        try {
            return new Chromium(playwright, launch(playwright, executable.get()));
        } catch (RuntimeException failed) {
            playwright.close();
            throw failed;
        }
    }

    private static Browser launch(Playwright playwright, Path executable) {
        return playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--no-first-run")));
    }

    private static Optional<Path> executable() {
        return Stream.of(
                        Optional.ofNullable(System.getenv("WAXWING_CHROMIUM")).orElse(""),
                        "/usr/bin/chromium",
                        "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome")
                .filter(path -> !path.isEmpty())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A window without a session, as high as those of its width are. */
    BrowserContext window(int width, ColorScheme scheme) {
        return browser.newContext(options(width, scheme));
    }

    /** A window with the session of another one. */
    BrowserContext window(int width, ColorScheme scheme, BrowserContext loggedIn) {
        return browser.newContext(options(width, scheme).setStorageState(loggedIn.storageState()));
    }

    private static Browser.NewContextOptions options(int width, ColorScheme scheme) {
        return new Browser.NewContextOptions()
                .setViewportSize(width, width < 600 ? 844 : 900)
                .setColorScheme(scheme);
    }

    /** A new page, which is listened to. */
    Page page(BrowserContext window) {
        Page page = window.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(page.url() + ": " + message.text());
            }
        });
        page.onPageError(error -> complaints.add(page.url() + ": " + error));
        page.onResponse(response -> {
            if (response.status() >= 500) {
                complaints.add(response.status() + " " + response.url());
            }
        });
        return page;
    }

    /** What the pages complained of so far; a test takes out what it meant to cause. */
    List<String> complaints() {
        return complaints;
    }

    /** Opens a page with all its pictures, which must fit its width. */
    static void open(Page page, String url) {
        page.navigate(url);
        page.waitForFunction("() => [...document.images].every((i) => i.complete)");
        assertFits(page);
    }

    static void assertFits(Page page) {
        assertThat(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
                .as("no sideways scrolling on %s at %d", page.url(), page.viewportSize().width)
                .isEqualTo(true);
    }

    /** Keeps the page as it looks. */
    static void photograph(Page page, String name, ColorScheme scheme) {
        String file = "%s-%d-%s.png"
                .formatted(name, page.viewportSize().width, scheme.name().toLowerCase(Locale.ROOT));
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(file)));
    }

    @Override
    public void close() {
        playwright.close();
    }
}
