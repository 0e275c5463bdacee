package dev.waxwing.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ViewportSize;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.server.device.Devices;
import dev.waxwing.server.web.ConsoleAddress;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person's way through the console in a real browser, from the set-up link to a photograph that a real device sent. The
 * screenshots in {@code target/screenshots} are those of the README.
 */
@BesideOthers
class ConsoleBrowserTest {

    private static final String PASSWORD = "plum tree by the harbour";

    private static Chromium chromium;

    @BeforeAll
    static void launch() {
        chromium = Chromium.launch("the console was not tried in a browser");
    }

    @AfterAll
    static void quit() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void from_the_setup_link_to_a_verified_photograph_and_a_playing_video(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("data");
        try (RunningServer server = RunningServer.start(data);
                BrowserContext context = chromium.window(1440, ColorScheme.LIGHT)) {
            String base = server.bean(ConsoleAddress.class).url();
            Page page = chromium.page(context);

            setUp(page, Files.readString(data.resolve("first-run.txt")));
            emptyPagesSayWhatToDoNext(page, base);

            Invite invite = invite(page, base, "garden-camera");
            TestDevice device = TestDevice.enrol(server.listenerPort(), invite);
            page.navigate(base + "/");
            try (TestSession session = device.connect()) {
                dashboardFollowsTheDevice(page, device, session);
                photographIsVisibleAndVerified(page, base);
                videoPlays(page, base);
                textsAreReadable(page, base);
                certificateIsIssuedFromRequestAndRevoked(page, base);
                keyIsMadeAndSaved(page, base);
                deviceCanBeRevoked(page, base);
                tokenIsShownOnce(page, base);
                everyPageIsSound(page, base);
                photographs(base, context);
                sessionCanBeEnded(page, base, session);
                formerKeyIsLetBackIn(page, base, server);
                userChoosesTheirOwnPassword(page, base);
                deviceIsRemoved(page, base);
            }
        }
        assertThat(chromium.complaints()).isEmpty();
    }

    private void setUp(Page page, String firstRun) {
        Matcher link = Pattern.compile("http://\\S+").matcher(firstRun);
        assertThat(link.find()).isTrue();
        page.navigate(link.group());
        Chromium.photograph(page, "setup", ColorScheme.LIGHT);
        page.getByLabel("Password", new Page.GetByLabelOptions().setExact(true)).fill(PASSWORD);
        page.getByLabel("Password again").fill(PASSWORD);
        page.getByRole(AriaRole.BUTTON, named("Create the administrator")).click();
        assertThat(page).hasTitle("Dashboard · Waxwing");
    }

    private void emptyPagesSayWhatToDoNext(Page page, String base) {
        assertThat(page.getByText("bin/agent enroll")).isVisible();
        Chromium.photograph(page, "first-steps", ColorScheme.LIGHT);
        page.navigate(base + "/transfers");
        assertThat(page.getByText("Nothing has arrived yet")).isVisible();
        page.navigate(base + "/sessions");
        assertThat(page.getByText("Nobody is connected")).isVisible();
    }

    private Invite invite(Page page, String base, String name) throws Exception {
        page.navigate(base + "/invites");
        page.getByLabel("Device name").fill(name);
        page.getByRole(AriaRole.BUTTON, named("Make the invite")).click();
        Invite invite = Invite.parse(page.locator("#invite-text").textContent().strip());
        Chromium.photograph(page, "invite", ColorScheme.LIGHT);
        page.reload();
        assertThat(page.locator("#invite-text")).hasCount(0);
        return invite;
    }

    /** Nothing is reloaded here: what the page shows, it was told. */
    private void dashboardFollowsTheDevice(Page page, TestDevice device, TestSession session) throws Exception {
        Locator sessions = page.locator("#stats [data-number=sessions]");
        assertThat(sessions).hasText("1");

        Sending.texts(device, session, "Temperature 4.2 °C, humidity 81 %", "Three waxwings on the rowan");
        Sending.file(device, session, "waxwing.mp4", "video/mp4", demo("waxwing.mp4"));
        Sending.file(device, session, "waxwing.jpg", "image/jpeg", demo("waxwing.jpg"));

        assertThat(page.locator("#latest .tile")).hasCount(3);
        assertThat(page.locator("#latest").getByText("waxwing.jpg")).isVisible();
        page.waitForFunction("() => document.querySelector('#latest img')?.naturalWidth > 0");
    }

    private void photographIsVisibleAndVerified(Page page, String base) {
        page.navigate(base + "/transfers?kind=image");
        page.getByRole(AriaRole.LINK, named("waxwing.jpg")).click();
        page.waitForFunction("() => document.querySelector('#content-image')?.naturalWidth === 1600");
        page.getByRole(AriaRole.BUTTON, named("Verify again")).click();
        Locator verification = page.locator("#verification");
        assertThat(verification.getByText("Checked just now")).isVisible();
        assertThat(verification.locator(".pass").first()).isVisible();
        assertThat(verification.locator(".fail")).hasCount(0);
        Download bundle = page.waitForDownload(
                () -> page.getByRole(AriaRole.LINK, named("Evidence")).click());
        assertThat(bundle.suggestedFilename()).endsWith(".zip");
    }

    private void videoPlays(Page page, String base) {
        page.navigate(base + "/transfers?kind=video");
        page.getByRole(AriaRole.LINK, named("waxwing.mp4")).click();
        page.evaluate(
                "async () => { const v = document.querySelector('#content-video'); v.muted = true; await v.play(); }");
        page.waitForFunction("() => document.querySelector('#content-video').currentTime > 0.4");
        page.evaluate("() => { document.querySelector('#content-video').currentTime = 4; }");
        page.waitForFunction("() => { const v = document.querySelector('#content-video');"
                + " return !v.seeking && v.currentTime >= 4 && v.videoWidth === 960; }");
        page.evaluate("() => document.querySelector('#content-video').pause()");
    }

    private void textsAreReadable(Page page, String base) {
        page.navigate(base + "/transfers?kind=text");
        page.locator(".tile").first().click();
        assertThat(page.locator(".lines .t").nth(1)).hasText("Three waxwings on the rowan");
    }

    private void certificateIsIssuedFromRequestAndRevoked(Page page, String base) throws Exception {
        page.navigate(base + "/certificates/new");
        page.getByLabel("Request, PEM").fill("nonsense");
        page.getByRole(AriaRole.BUTTON, named("Issue the certificate")).click();
        assertThat(page.getByText("This is not a PKCS#10 certificate request")).isVisible();
        // A refused form answers 422, which the browser reports as a resource that failed.
        chromium.complaints().removeIf(complaint -> complaint.contains("422"));

        page.getByLabel("Request, PEM").fill(request("harbour-camera"));
        page.getByRole(AriaRole.BUTTON, named("Issue the certificate")).click();
        assertThat(page).hasTitle("harbour-camera · Waxwing");
        assertThat(page.locator("#pem")).containsText("-----BEGIN CERTIFICATE-----");
        assertThat(page.locator(".title-line .badge")).hasText("valid");

        page.getByRole(AriaRole.BUTTON, named("Revoke…")).click();
        page.getByLabel("Reason").selectOption("certificateHold");
        fourShots(page, "certificate-revoke");
        page.locator("#revoke")
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Revoke"))
                .click();
        assertThat(page.locator(".title-line .badge")).hasText("on hold");
        fourShots(page, "certificate-held");
        page.getByRole(AriaRole.BUTTON, named("Release…")).click();
        page.locator("#release")
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Release"))
                .click();
        assertThat(page.locator(".title-line .badge")).hasText("valid");

        page.getByRole(AriaRole.BUTTON, named("Revoke…")).click();
        page.getByLabel("Reason").selectOption("keyCompromise");
        page.locator("#revoke")
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Revoke"))
                .click();
        assertThat(page.locator(".title-line .badge")).hasText("revoked");
    }

    private void keyIsMadeAndSaved(Page page, String base) throws Exception {
        page.navigate(base + "/certificates/new");
        page.getByRole(AriaRole.LINK, named("With a new key")).click();
        page.getByLabel("Name").fill("pier-camera");
        page.getByLabel("Days").fill("900");
        page.getByRole(AriaRole.BUTTON, named("Make key and certificate")).click();
        assertThat(page.locator("#days-fault")).containsText("longer than the profile allows");
        fourShots(page, "key-refused");
        chromium.complaints().removeIf(complaint -> complaint.contains("422"));

        page.getByLabel("Days").fill("30");
        page.getByRole(AriaRole.BUTTON, named("Make key and certificate")).click();
        String password = page.locator("#password").textContent().strip();
        fourShots(page, "key-made");
        Download download = page.waitForDownload(() -> page.locator("#save").click());
        assertThat(download.suggestedFilename()).isEqualTo("pier-camera.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = download.createReadStream()) {
            store.load(file, password.toCharArray());
        }
        assertThat(store.getKey("pier-camera", password.toCharArray())).isNotNull();
    }

    private void deviceCanBeRevoked(Page page, String base) {
        page.navigate(base + "/devices/garden-camera");
        page.getByRole(AriaRole.BUTTON, named("Revoke…")).click();
        assertThat(page.locator("#revoke-all")).containsText("Its live session ends within a second");
        fourShots(page, "device-revoke");
        page.locator("#revoke-all")
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Cancel"))
                .click();
        page.navigate(base + "/certificates/revoke");
        page.getByRole(AriaRole.BUTTON, named("Revoke everything…")).click();
        fourShots(page, "revoke-everything");
    }

    /** The page as it stands, wide and narrow, light and dark; the light one of this window's size is the last. */
    private void fourShots(Page page, String name) {
        ViewportSize size = page.viewportSize();
        for (int width : new int[] {390, size.width}) {
            for (ColorScheme scheme : new ColorScheme[] {ColorScheme.DARK, ColorScheme.LIGHT}) {
                page.setViewportSize(width, width == size.width ? size.height : 844);
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
                Chromium.assertFits(page);
                Chromium.photograph(page, name, scheme);
            }
        }
    }

    private void tokenIsShownOnce(Page page, String base) {
        page.navigate(base + "/settings");
        page.getByRole(AriaRole.BUTTON, named("New token")).click();
        page.getByLabel("Label").fill("backup job");
        page.getByRole(AriaRole.BUTTON, named("Make the token")).click();
        assertThat(page.locator("#new-token")).containsText("wxt_");
        page.reload();
        assertThat(page.locator("#new-token")).hasCount(0);
    }

    private void everyPageIsSound(Page page, String base) {
        for (String path : paths(page, base)) {
            page.navigate(base + path);
            List<?> faults = (List<?>) page.evaluate("""
                () => {
                  const faults = [];
                  const want = (ok, what) => ok || faults.push(what);
                  want(document.title.length > 10, 'title');
                  want(document.documentElement.lang === 'en', 'language');
                  want(document.querySelectorAll('main').length === 1, 'one main');
                  want(document.querySelectorAll('h1').length === 1, 'one h1');
                  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
                  want(new Set(ids).size === ids.length, 'ids are unique');
                  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
                    want(field.labels.length > 0 || field.ariaLabel, 'label of ' + field.outerHTML);
                  }
                  for (const control of document.querySelectorAll('button, a[href]')) {
                    want(control.textContent.trim() || control.ariaLabel, 'name of ' + control.outerHTML);
                  }
                  for (const image of document.images) {
                    want(image.hasAttribute('alt'), 'alt of ' + image.outerHTML);
                  }
                  for (const e of document.querySelectorAll('[aria-labelledby]')) {
                    want(document.getElementById(e.getAttribute('aria-labelledby')), 'labelledby of ' + e.id);
                  }
                  return faults;
                }
                """);
            assertThat(faults.stream().map(String::valueOf).toList()).as(path).isEmpty();
            page.keyboard().press("Tab");
            assertThat(page.evaluate("() => document.activeElement.className"))
                    .as("the first stop of the keyboard on " + path)
                    .isEqualTo("skip");
        }
    }

    private void photographs(String base, BrowserContext loggedIn) {
        for (int width : new int[] {1440, 390}) {
            for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                try (BrowserContext context = chromium.window(width, scheme, loggedIn)) {
                    Page page = chromium.page(context);
                    for (String path : paths(page, base)) {
                        Chromium.open(page, base + path);
                        String name = path.equals("/")
                                ? "dashboard"
                                : path.substring(1).replaceAll("[^a-z]+", "-");
                        Chromium.photograph(page, named(path, name), scheme);
                    }
                }
            }
        }
    }

    /** All kinds of pages, with one transfer of each kind. */
    private static List<String> paths(Page page, String base) {
        List<String> paths = new ArrayList<>(List.of(
                "/",
                "/transfers",
                "/transfers?view=list",
                "/sessions",
                "/devices",
                "/devices/garden-camera",
                "/invites",
                "/invites?several",
                "/certificates",
                "/certificates/new",
                "/authority",
                "/certificates/new/key",
                "/certificates/revoke",
                "/audit",
                "/audit/chain",
                "/settings"));
        page.navigate(base + "/transfers");
        for (Locator tile : page.locator(".tile").all()) {
            paths.add(tile.getAttribute("href") + "?"
                    + tile.locator(".tile-kind").textContent().strip());
        }
        return paths;
    }

    /** A transfer is called after its kind, not after its id. */
    private static String named(String path, String name) {
        return path.startsWith("/transfers/") ? path.substring(path.indexOf('?') + 1) : name;
    }

    private void sessionCanBeEnded(Page page, String base, TestSession session) throws Exception {
        page.navigate(base + "/sessions");
        page.getByRole(AriaRole.BUTTON, named("Renew the keys")).first().click();
        assertThat(page.getByText("were renewed.")).isVisible();
        assertThat(page.locator("td[data-label=Ratchets]").first()).hasText("1");
        page.getByRole(AriaRole.BUTTON, named("End")).first().click();
        page.getByRole(AriaRole.BUTTON, named("End the session")).click();
        assertThat(page.getByText("The session was ended.")).isVisible();
        assertThat(session.expectEnd()).isNotNull();
    }

    /** As for a device whose disk was put back to an old copy. */
    private void formerKeyIsLetBackIn(Page page, String base, RunningServer server) throws Exception {
        TestDevice former = TestDevice.enrol(server.listenerPort(), server.invite("old-copy"));
        try (TestSession session = former.connect()) {
            former.renew(session, TestDevice.freshKeys()).connect().close();
        }
        await().until(() -> server.bean(Devices.class).find("old-copy").isPresent());
        page.navigate(base + "/devices/old-copy");
        Locator card = page.locator("#readmission");
        assertThat(card.getByText("put back to an old copy")).isHidden();
        card.getByText("It comes with a former certificate?").click();
        assertThat(card.getByText("put back to an old copy")).isVisible();
        Locator choice = card.getByLabel("With the key of");
        assertThat(choice.locator("option")).hasCount(1);
        assertThat(choice.locator("option")).containsText("superseded");
        card.getByLabel("Within").selectOption("PT24H");
        page.getByRole(AriaRole.BUTTON, named("Let it back in")).click();
        assertThat(page.getByText("may come back with the key of certificate")).isVisible();
        assertThat(page.getByRole(AriaRole.BUTTON, named("Take back"))).isVisible();
        former.comeBack().connect().close();
    }

    private void userChoosesTheirOwnPassword(Page page, String base) {
        page.navigate(base + "/settings");
        page.getByRole(AriaRole.BUTTON, named("New user")).click();
        page.getByLabel("Name").fill("olga");
        page.getByLabel("Temporary password").last().fill("seven grey herons");
        page.getByRole(AriaRole.BUTTON, named("Create")).click();
        assertThat(page.getByText("The user was created.")).isVisible();
        try (BrowserContext other = chromium.window(390, ColorScheme.DARK)) {
            Page olga = chromium.page(other);
            olga.navigate(base + "/login");
            olga.getByLabel("User name").fill("olga");
            olga.getByLabel("Password").fill("seven grey herons");
            olga.getByRole(AriaRole.BUTTON, named("Log in")).click();
            assertThat(olga.getByText("Choose a password")).isVisible();
            olga.getByLabel("New password", exactly()).fill(PASSWORD);
            olga.getByLabel("New password again").fill(PASSWORD);
            olga.getByRole(AriaRole.BUTTON, named("Keep this password")).click();
            assertThat(olga.locator("h1")).hasText("Dashboard");
        }
    }

    private static Page.GetByLabelOptions exactly() {
        return new Page.GetByLabelOptions().setExact(true);
    }

    private void deviceIsRemoved(Page page, String base) {
        page.navigate(base + "/devices/garden-camera");
        page.getByRole(AriaRole.BUTTON, named("Remove")).first().click();
        page.getByLabel("Type its name to remove it").fill("garden-camera");
        page.locator("dialog[open]")
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Remove"))
                .click();
        assertThat(page.getByText("garden-camera is removed.")).isVisible();
        page.navigate(base + "/devices/garden-camera");
        assertThat(page.getByText("This device was removed.")).isVisible();
        assertThat(page.locator(".tile")).not().hasCount(0);
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name);
    }

    private static byte[] demo(String name) throws Exception {
        return Files.readAllBytes(Path.of("../demo").resolve(name));
    }

    private static String request(String name) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        StringWriter pem = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
            writer.writeObject(
                    new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=" + name), keys.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        }
        return pem.toString();
    }
}
