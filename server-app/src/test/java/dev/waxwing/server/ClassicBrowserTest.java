package dev.waxwing.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.waxwing.classic.ClassicDeviceSession;
import dev.waxwing.classic.ClassicKit;
import dev.waxwing.classic.ClassicLimits;
import dev.waxwing.classic.ClassicVerdict;
import dev.waxwing.server.account.AccountChange;
import dev.waxwing.server.account.Accounts;
import dev.waxwing.server.account.Role;
import dev.waxwing.server.web.ConsoleAddress;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classic as an administrator sees it, in a real browser; the screenshots stay in {@code target/screenshots}. */
@BesideOthers
class ClassicBrowserTest {

    private static final String PASSWORD = "plum tree by the harbour";

    private static Chromium chromium;

    @TempDir
    private Path directory;

    @BeforeAll
    static void launch() {
        chromium = Chromium.launch("classic was not tried in a browser");
    }

    @AfterAll
    static void quit() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void a_kit_is_made_used_and_closed_and_everything_of_it_is_marked() throws Exception {
        try (RunningServer server = RunningServer.start(directory.resolve("data"), "--waxwing.classic.enabled=true");
                BrowserContext context = chromium.window(1440, ColorScheme.LIGHT)) {
            assertThat(server.bean(Accounts.class).create("test", "admin", Role.ADMIN, PASSWORD))
                    .isInstanceOf(AccountChange.Made.class);
            String base = server.bean(ConsoleAddress.class).url();
            Page page = chromium.page(context);
            page.navigate(base + "/login");
            page.getByLabel("User name").fill("admin");
            page.getByLabel("Password").fill(PASSWORD);
            page.getByRole(AriaRole.BUTTON, named("Log in")).click();
            assertThat(page.getByText("The classic protocol is on. It is insecure."))
                    .isVisible();

            page.getByRole(AriaRole.LINK, named("Classic")).click();
            assertThat(page.getByText("No classic device")).isVisible();
            page.getByLabel("Device name").fill("old-camera");
            Download kit =
                    page.waitForDownload(() -> page.getByRole(AriaRole.BUTTON, named("Make and download the kit"))
                            .click());
            assertThat(kit.suggestedFilename()).isEqualTo("classic-kit-old-camera.zip");
            // Nothing is reloaded here: what the page shows, it was told.
            Locator row = page.locator("#classic-devices tbody tr");
            assertThat(row).hasCount(1);
            assertThat(row.getByText("enabled")).isVisible();

            send(server, kit.path());
            page.navigate(base + "/transfers");
            assertThat(page.locator(".tile .badge.classic")).hasCount(2);
            photographs(base, context);

            page.navigate(base + "/classic");
            page.getByRole(AriaRole.BUTTON, named("Keep out")).click();
            assertThat(page.getByText("old-camera is kept out.")).isVisible();
            page.getByRole(AriaRole.BUTTON, named("Remove")).click();
            page.locator("dialog")
                    .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Remove"))
                    .click();
            assertThat(page.getByText("old-camera is off the list.")).isVisible();
        }
        assertThat(chromium.complaints()).isEmpty();
    }

    private void send(RunningServer server, Path zip) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("kit"));
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.write(file, in.readAllBytes());
            }
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.listenerPort())) {
            socket.setSoTimeout(20_000);
            try (ClassicDeviceSession session = ClassicDeviceSession.connect(
                    socket, ClassicKit.read(folder), ClassicLimits.DEFAULTS, new SecureRandom())) {
                session.text("Three waxwings on the rowan");
                assertThat(session.file("dawn.jpg", Files.readAllBytes(Path.of("../demo/waxwing.jpg"))))
                        .isEqualTo(ClassicVerdict.ACCEPTED);
                session.end();
            }
        }
    }

    private void photographs(String base, BrowserContext loggedIn) {
        for (int width : new int[] {1440, 390}) {
            for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                try (BrowserContext context = chromium.window(width, scheme, loggedIn)) {
                    Page page = chromium.page(context);
                    photograph(page, base + "/classic", "classic", scheme);
                    photograph(page, base + "/", "classic-dashboard", scheme);
                    photograph(page, base + "/transfers?view=list", "classic-transfers", scheme);
                    photograph(page, base + "/devices", "classic-devices", scheme);
                    photograph(page, base + "/devices/old-camera", "classic-device", scheme);
                    page.navigate(base + "/transfers?kind=image");
                    String image = page.locator(".tile").first().getAttribute("href");
                    photograph(page, base + image, "classic-image", scheme);
                }
            }
        }
    }

    private static void photograph(Page page, String url, String name, ColorScheme scheme) {
        Chromium.open(page, url);
        assertThat(page.locator("main .badge.classic").first()).isVisible();
        Chromium.photograph(page, name, scheme);
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name);
    }
}
