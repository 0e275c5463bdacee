package dev.waxwing.agent.command;

import dev.waxwing.agent.connection.Clocks;
import dev.waxwing.agent.connection.KeptTimeFloor;
import dev.waxwing.agent.connection.LastContact;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.home.Home;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.agent.spool.Spool;
import dev.waxwing.agent.spool.SpoolView;
import dev.waxwing.channel.SecureChannel;
import dev.waxwing.crypto.CryptoProvider;
import dev.waxwing.enrollment.ServerAddress;
import dev.waxwing.trust.Credential;
import dev.waxwing.trust.PeerVerifier;
import dev.waxwing.trust.Role;
import dev.waxwing.trust.UntrustedException;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Looks for everything that could keep this device from delivering, and says what to do. */
final class DoctorCommand implements AgentCommand {

    private static final Option OFFLINE = new Option("offline", null, "leave out what needs the server");

    private static final Usage USAGE = new Usage(
            "doctor",
            "",
            "check home, key, certificate, clock, server and queue",
            List.of(
                    "Checks what this device needs, and says of each thing whether it is right and what to do if not.",
                    "Exit status 0 says that nothing failed; warnings are allowed."),
            0,
            0,
            List.of(OFFLINE));

    private static final Duration CLOCK_WARNING = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMillis(1);
    private static final long LITTLE_SPACE = 100L << 20;

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws IOException, InterruptedException {
        Device device = invocation.device();
        Findings findings = new Findings();
        checkProvider(findings);
        if (checkHome(findings, device.home())) {
            checkIdentity(findings, invocation);
        }
        return findings.toResult();
    }

    private static void checkProvider(Findings findings) {
        String name = CryptoProvider.chosen().name();
        if (CryptoProvider.conscrypt().isPresent()) {
            findings.ok("cryptography", name);
        } else {
            findings.warn(
                    "cryptography",
                    "%s: the faster library does not load on this machine".formatted(name),
                    "Everything works, large files are slower.");
        }
    }

    private static boolean checkHome(Findings findings, Home home) throws IOException {
        if (!home.exists()) {
            findings.fail("home", home.directory() + " does not exist", "Run 'enroll', or name another --home.");
            return false;
        }
        try {
            home.refuseForeignWriters();
        } catch (AgentFailure open) {
            findings.fail("home", open.description(), String.valueOf(open.advice()));
            return false;
        }
        if (Home.isOpenToOthers(home.directory())) {
            findings.warn(
                    "home",
                    "%s can be read by others (%s)".formatted(home.directory(), Home.permissions(home.directory())),
                    "Run: chmod 700 '%s'".formatted(home.directory()));
        } else {
            findings.ok("home", home.directory().toString());
        }
        long free = Files.getFileStore(home.directory()).getUsableSpace();
        if (free < LITTLE_SPACE) {
            findings.warn(
                    "disk",
                    Tables.size(free) + " left for the queue and the receipts",
                    "Make room on the disk of " + home.directory());
        } else {
            findings.ok("disk", Tables.size(free) + " free");
        }
        return true;
    }

    private static void checkIdentity(Findings findings, Invocation invocation)
            throws IOException, InterruptedException {
        Device device = invocation.device();
        Identity identity;
        try {
            identity = device.identity();
        } catch (AgentFailure missing) {
            findings.fail("identity", missing);
            return;
        }
        findings.ok("identity", identity.name().value());
        Optional<Credential> credential = checkKey(findings, device, identity);
        checkCertificate(findings, identity, device.clock().instant());
        checkChain(findings, device, identity);
        checkProvedTime(findings, device, identity);
        checkQueue(findings, device, identity);
        if (!invocation.has(OFFLINE.name())) {
            checkAddresses(findings, device, identity);
            if (credential.isPresent()) {
                checkSession(findings, invocation);
            }
        }
    }

    private static Optional<Credential> checkKey(Findings findings, Device device, Identity identity)
            throws IOException {
        try {
            Credential credential = device.identities().unlock(identity);
            requireMatch(credential);
            if (device.identities().isPassphraseExternal()) {
                findings.ok("key", "encrypted, its passphrase is kept outside of the home");
            } else {
                findings.warn(
                        "key",
                        "encrypted, but its passphrase is kept beside it: whoever copies the whole home has the key",
                        "To change that, enrol anew with --passphrase-file FILE on another disk or a memory file"
                                + " system.");
            }
            return Optional.of(credential);
        } catch (AgentFailure unusable) {
            findings.fail("key", unusable);
        } catch (GeneralSecurityException unfit) {
            findings.fail("key", "it does not fit the certificate", "Enrol anew with --replace.");
        }
        return Optional.empty();
    }

    private static void requireMatch(Credential credential) throws GeneralSecurityException {
        boolean rsa = credential.privateKey().getAlgorithm().equals("RSA");
        Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA");
        byte[] sample = {1, 2, 3};
        signature.initSign(credential.privateKey());
        signature.update(sample);
        byte[] signed = signature.sign();
        signature.initVerify(credential.certificate());
        signature.update(sample);
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException("key and certificate differ");
        }
    }

    private static void checkCertificate(Findings findings, Identity identity, Instant now) {
        Instant from = identity.certificate().getNotBefore().toInstant();
        Instant end = identity.notAfter();
        if (now.isBefore(from)) {
            findings.fail(
                    "certificate",
                    "not valid before " + from,
                    "Set this device's clock, which says " + Clocks.shown(now) + ".");
        } else if (!end.isAfter(now)) {
            findings.fail(
                    "certificate",
                    "it ended at " + end,
                    "Ask the administrator to let this device back in, then run 'connect'.");
        } else if (!identity.renewalDue().isAfter(now)) {
            findings.warn(
                    "certificate",
                    "it ends in %s and was not renewed yet".formatted(Durations.shown(Duration.between(now, end))),
                    "Run 'renew'. If that is refused, give the administrator the reference before " + end + ".");
        } else {
            findings.ok("certificate", "valid until " + end);
        }
    }

    private static void checkChain(Findings findings, Device device, Identity identity) {
        try {
            new PeerVerifier(identity.roots(), Role.DEVICE, (_, _, _, _) -> {}, device.clock())
                    .verify(identity.chain(), Bytes.EMPTY);
            findings.ok("chain", "leads to a root that this device trusts");
        } catch (UntrustedException broken) {
            findings.fail(
                    "chain", String.valueOf(broken.getMessage()), "Check the clock; else enrol anew with --replace.");
        }
    }

    /** A clock that is before what was proved was set back, and may be made to believe old proofs. */
    private static void checkProvedTime(Findings findings, Device device, Identity identity) throws IOException {
        Instant now = device.clock().instant();
        Instant proved = KeptTimeFloor.load(device.timeFile(identity)).floor().latest();
        if (now.plus(Clocks.TOLERANCE).isBefore(proved)) {
            findings.fail(
                    "time",
                    "this device's clock says %s, and there is proof that it is %s or later"
                            .formatted(Clocks.shown(now), Clocks.shown(proved)),
                    "Set this device's clock. If it is right, enrol anew with --replace.");
        } else {
            findings.ok("time", Clocks.shown(now));
        }
    }

    private static void checkQueue(Findings findings, Device device, Identity identity) throws IOException {
        Path directory = device.spoolDirectory(identity);
        SpoolView queue = Spool.view(directory);
        List<Path> damaged = Spool.damagedJournals(directory);
        if (!damaged.isEmpty()) {
            findings.warn(
                    "queue",
                    "its journal was damaged; what could not be read is kept in " + damaged.getLast(),
                    "Check the disk, and whether everything was sent ('history').");
        } else if (queue.isEmpty()) {
            findings.ok("queue", "nothing waits");
        } else {
            findings.warn("queue", QueueCommand.summary(queue), "'connect' sends it.");
        }
    }

    private static void checkAddresses(Findings findings, Device device, Identity identity) {
        List<String> unreachable = new ArrayList<>();
        int reachable = 0;
        for (ServerAddress address : identity.addresses()) {
            try (var _ = device.dialer().open(address)) {
                reachable++;
            } catch (IOException closed) {
                unreachable.add("%s (%s)".formatted(address, closed.getMessage()));
            }
        }
        String detail =
                "%d of %d reachable".formatted(reachable, identity.addresses().size());
        if (reachable == 0) {
            findings.fail(
                    "addresses",
                    detail + ": " + String.join(", ", unreachable),
                    "Check the network, and whether the server runs.");
        } else if (!unreachable.isEmpty()) {
            findings.warn("addresses", detail + "; not " + String.join(", ", unreachable), "One is enough.");
        } else {
            findings.ok("addresses", detail);
        }
    }

    private static void checkSession(Findings findings, Invocation invocation)
            throws IOException, InterruptedException {
        Device device = invocation.device();
        try {
            SecureChannel channel = device.connect(PATIENCE, new Courier(invocation));
            findings.ok("session", "%s, %s".formatted(channel.peer().name(), channel.suite()));
            checkClock(findings, channel.startedAt(), channel.serverTimeOffset());
        } catch (AgentFailure refused) {
            findings.fail("session", refused);
            Optional<LastContact> last = LastContact.read(device.contactFile());
            last.ifPresent(contact -> findings.ok("last contact", contact.at() + " at " + contact.address()));
        } finally {
            device.settle(invocation.interactive());
        }
    }

    private static void checkClock(Findings findings, Instant own, Duration serverAhead) {
        Duration apart = serverAhead.abs();
        String compared = Clocks.compared(own, own.plus(serverAhead));
        if (apart.compareTo(Clocks.TOLERANCE) > 0) {
            findings.fail("clock", compared, "Set this device's clock.");
        } else if (apart.compareTo(CLOCK_WARNING) > 0) {
            findings.warn("clock", compared, "Set this device's clock; beyond 5 minutes sessions fail.");
        } else {
            findings.ok("clock", "%s apart from the server's".formatted(Durations.shown(apart)));
        }
    }

    /** What was found, in order. */
    private static final class Findings {

        private final List<List<String>> rows = new ArrayList<>();
        private final List<Map<String, String>> checks = new ArrayList<>();
        private int failures;

        void ok(String check, String detail) {
            add("ok", check, detail, "");
        }

        void warn(String check, String detail, String advice) {
            add("warn", check, detail, advice);
        }

        void fail(String check, String detail, String advice) {
            failures++;
            add("FAIL", check, detail, advice);
        }

        void fail(String check, AgentFailure failure) {
            String reference = failure.reference() == null ? "" : ", reference " + failure.reference();
            String advice = failure.advice();
            fail(check, failure.description() + reference, advice == null ? "" : advice);
        }

        private void add(String outcome, String check, String detail, String advice) {
            rows.add(List.of(outcome, check, detail));
            if (!advice.isEmpty()) {
                rows.add(List.of("", "", "-> " + advice));
            }
            checks.add(Map.of(
                    "check", check, "outcome", outcome.toLowerCase(Locale.ROOT), "detail", detail, "advice", advice));
        }

        Result toResult() {
            List<String> text = Tables.columns(rows);
            Result result = failures == 0
                    ? Result.done(text)
                    : Result.failed(Quantity.of(failures, "check") + " failed", null, null)
                            .withText(text);
            return result.with("checks", checks);
        }
    }
}
