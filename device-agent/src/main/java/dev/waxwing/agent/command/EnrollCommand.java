package dev.waxwing.agent.command;

import dev.waxwing.agent.connection.UnreachableException;
import dev.waxwing.agent.enrollment.Enroller;
import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.identity.Identity;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.enrollment.InviteException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Redeems an invite for this device's identity. */
final class EnrollCommand implements AgentCommand {

    private static final String INVITE_FILE = "invite-file";
    private static final String REPLACE = "replace";
    private static final int MOST_CHARACTERS = 16_384;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Usage USAGE = new Usage(
            "enroll",
            "[-]",
            "get this device's identity with an invite",
            List.of(
                    "Redeems an invite: makes a key on this device, lets the server certify it, and keeps both.",
                    "The invite is asked for; '-' reads it from standard input, --invite-file from a file. It is never",
                    "taken from the command line, where other users could see it.",
                    "After an interruption the same invite can be used again; the key stays the same."),
            0,
            1,
            List.of(
                    new Option(INVITE_FILE, "FILE", "read the invite from a file"),
                    new Option(REPLACE, null, "enrol anew although this home holds an identity")));

    @Override
    public Usage usage() {
        return USAGE;
    }

    @Override
    public Result run(Invocation invocation) throws UsageException, AgentFailure, IOException, InterruptedException {
        Device device = invocation.device();
        boolean standardInput = standardInput(invocation);
        device.lock();
        if (device.identities().isEnrolled() && !invocation.has(REPLACE)) {
            throw new AgentFailure(
                    "this home already holds the identity of %s".formatted(nameOf(device)),
                    "Use another --home for another device, or --replace to give this identity up for a new one.");
        }
        Invite invite = parse(read(invocation, standardInput));
        Identity identity = enrol(invocation, device, invite);
        Result result = Result.done(List.of(
                        "enrolled as " + identity.name(),
                        "certificate %s, valid until %s".formatted(identity.serialNumber(), identity.notAfter())))
                .with("device", identity.name().value())
                .with("certificateSerialNumber", identity.serialNumber())
                .with("notAfter", identity.notAfter().toString());
        return result.with("connected", tryOut(invocation, device));
    }

    private static boolean standardInput(Invocation invocation) throws UsageException {
        boolean given = !invocation.arguments().isEmpty();
        if (given && !invocation.arguments().getFirst().equals("-")) {
            throw new UsageException(
                    "the invite is not written on the command line; write 'enroll', 'enroll -' or 'enroll"
                            + " --invite-file FILE'");
        }
        if (given && invocation.has(INVITE_FILE)) {
            throw new UsageException("the invite comes from standard input or from a file, not from both");
        }
        if (given && invocation.interactive()) {
            throw new UsageException("in the shell the invite is asked for; write 'enroll'");
        }
        return given;
    }

    private static String nameOf(Device device) throws IOException {
        try {
            return device.identity().name().value();
        } catch (AgentFailure unreadable) {
            return "another device";
        }
    }

    private static String read(Invocation invocation, boolean standardInput)
            throws UsageException, AgentFailure, IOException {
        if (invocation.has(INVITE_FILE)) {
            Path file = Path.of(invocation.option(INVITE_FILE).orElseThrow());
            if (Files.size(file) > MOST_CHARACTERS) {
                throw new AgentFailure("%s holds no invite: it is too large".formatted(file), null);
            }
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        }
        if (standardInput) {
            return new String(invocation.input().readNBytes(MOST_CHARACTERS), StandardCharsets.ISO_8859_1);
        }
        return ask(invocation);
    }

    private static String ask(Invocation invocation) throws UsageException {
        char[] typed;
        try {
            typed = invocation.prompts().readPassword("Invite (not shown): ");
        } catch (Exception noTerminal) {
            throw new UsageException(
                    "there is no terminal to ask for the invite; write 'enroll --invite-file FILE' or 'enroll -'");
        }
        try {
            return new String(typed);
        } finally {
            Arrays.fill(typed, '\0');
        }
    }

    private static Invite parse(String text) throws AgentFailure {
        try {
            return Invite.parse(text);
        } catch (InviteException fault) {
            throw new AgentFailure(String.valueOf(fault.getMessage()), null, "Nothing was sent to any server.", fault);
        }
    }

    private static Identity enrol(Invocation invocation, Device device, Invite invite)
            throws AgentFailure, IOException {
        Enroller enroller =
                new Enroller(device.endpoint(), device.dialer(), device.identities(), device.random(), device.clock());
        try {
            Identity identity =
                    enroller.enrol(invite, notice -> invocation.messages().say(notice));
            // An invite is the administrator's own word: what was proved to the device before starts over with it.
            Files.deleteIfExists(device.timeFile(identity));
            return identity;
        } catch (UnreachableException unreachable) {
            throw new AgentFailure(
                    String.valueOf(unreachable.getMessage()),
                    unreachable.reference(),
                    "The invite is not used up; try again with the same one.",
                    unreachable);
        }
    }

    /** A first session shows that the new identity works, and how far the server's numbers have got. */
    private static boolean tryOut(Invocation invocation, Device device) throws IOException, InterruptedException {
        device.forgetSession();
        try {
            device.connect(PATIENCE, new Courier(invocation));
            return true;
        } catch (AgentFailure notYet) {
            invocation.messages().say("enrolled, but a first session failed: " + notYet.description());
            return false;
        } finally {
            device.settle(invocation.interactive());
        }
    }
}
