package dev.waxwing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.waxwing.agent.home.AgentFailure;
import dev.waxwing.agent.spool.QueuedText;
import dev.waxwing.agent.spool.Settled;
import dev.waxwing.ca.enrollment.InviteOrder;
import dev.waxwing.ca.enrollment.InviteResult;
import dev.waxwing.ca.enrollment.Invites;
import dev.waxwing.enrollment.Invite;
import dev.waxwing.handshake.Restored;
import dev.waxwing.server.TestAgent.Told;
import dev.waxwing.server.audit.AuditEntry;
import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.backup.Restorations.Restoration;
import dev.waxwing.server.host.Subcommands;
import dev.waxwing.server.media.StoredContent;
import dev.waxwing.server.media.Transfer;
import dev.waxwing.server.media.TransferFilter;
import dev.waxwing.server.media.TransferKind;
import dev.waxwing.server.media.TransferState;
import dev.waxwing.server.media.Transfers;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How agents from before a backup go on at the server that was restored from it (section 13.1). */
class RestoredAgentTest {

    @TempDir
    Path directory;

    @Test
    void agents_offer_what_was_lost_again_and_come_back_by_an_invite_if_their_certificate_was_lost() throws Exception {
        Path data = directory.resolve("data");
        Path backup = directory.resolve("waxwing.backup");
        Path secret = Files.writeString(directory.resolve("passphrase"), "correct horse battery staple\n");
        Path dawn = file("dawn.bin", 1);
        Path dusk = file("dusk.bin", 2);
        TestAgent camera = new TestAgent(directory.resolve("camera"));
        TestAgent drone = new TestAgent(directory.resolve("drone"));
        List<String> acceptedOfCamera;
        List<String> acceptedOfDrone;

        try (SteadyAddress address = new SteadyAddress()) {
            try (RunningServer server = RunningServer.start(data, address.option())) {
                address.leadTo(server);
                camera.enrol(server.invite("camera"));
                drone.enrol(server.invite("drone"));
                assertThat(camera.sendText("before the backup").restored()).isEmpty();
                camera.sendFile(dawn);
                run(data, "backup", backup.toString(), "--passphrase-file", secret.toString(), "--with-media");

                // What happens from here on, a restore forgets.
                camera.sendText("after the backup");
                camera.sendFile(dusk);
                drone.renew();
                drone.sendText("by a certificate that will be unknown");
                acceptedOfCamera = accepted(server, "camera");
                acceptedOfDrone = accepted(server, "drone");
            }
            Path restored = directory.resolve("restored");
            run(restored, "restore", backup.toString(), "--passphrase-file", secret.toString());

            try (RunningServer server = RunningServer.start(restored, address.option())) {
                address.leadTo(server);
                assertThat(accepted(server, "camera")).hasSize(2);

                Told told = camera.connect();
                Restoration mark = server.bean(Restorations.class).all().getFirst();
                assertThat(told.restored()).containsExactly(new Restored(mark.restoredAt(), mark.backupAt()));
                assertThat(told.notices())
                        .singleElement()
                        .asString()
                        .contains("the server was restored and is back at", "is offered again: 2 of 2");
                assertThat(told.settled()).hasSize(2).allMatch(Settled::isAccepted);
                assertThat(accepted(server, "camera"))
                        .as("nothing lost, and nothing twice")
                        .isEqualTo(acceptedOfCamera);

                Told later = camera.sendText("after the restore");
                assertThat(later.notices()).as("done once").isEmpty();
                assertThat(later.settled()).hasSize(1).allMatch(Settled::isAccepted);
                assertThat(accepted(server, "camera")).hasSize(5).containsAll(acceptedOfCamera);

                goesOnWithAnInvite(drone, server, acceptedOfDrone);
            }
        }
    }

    private static void goesOnWithAnInvite(TestAgent drone, RunningServer server, List<String> lost) throws Exception {
        AgentFailure refusal = catchThrowableOfType(AgentFailure.class, () -> drone.sendText("waits"));
        assertThat(refusal.description()).contains("refused this device");
        assertThat(refusal.advice())
                .contains("restored from a backup that does not know it", "an invite that replaces the device")
                .contains("'enroll --replace'");
        await().untilAsserted(() -> assertThat(audited(server, String.valueOf(refusal.reference())))
                .singleElement()
                .extracting(AuditEntry::reason)
                .asString()
                .contains("NOT_IN_INVENTORY"));
        assertThat(drone.queue().texts()).extracting(QueuedText::text).containsExactly("waits");
        assertThatExceptionOfType(AgentFailure.class).isThrownBy(drone::connect);

        drone.enrol(replacement(server, "drone"));
        Told told = drone.connect();

        assertThat(told.settled()).hasSize(2).allMatch(Settled::isAccepted);
        assertThat(drone.queue().isEmpty()).isTrue();
        assertThat(accepted(server, "drone"))
                .hasSize(2)
                .containsAll(lost)
                .anyMatch(each -> each.contains("\"text\":\"waits\""));
    }

    private static Invite replacement(RunningServer server, String name) {
        return switch (server.bean(Invites.class).create(new InviteOrder(name, null, null, true), "test")) {
            case InviteResult.Created created -> created.invite();
            case InviteResult other -> throw new AssertionError(other);
        };
    }

    private static List<AuditEntry> audited(RunningServer server, String reference) {
        return server.audited(reference, 5);
    }

    /** All transfers of a device, each with its id and its content, in the order of these. */
    private static List<String> accepted(RunningServer server, String device) throws Exception {
        List<String> all = new ArrayList<>();
        Transfers transfers = server.bean(Transfers.class);
        for (Transfer transfer :
                transfers.page(new TransferFilter(device, null, null), 0, 50).items()) {
            assertThat(transfer.state()).isEqualTo(TransferState.ACCEPTED);
            StoredContent content = transfers.content(transfer.id()).orElseThrow();
            byte[] bytes = Files.readAllBytes(content.file());
            assertThat(TestDevice.sha256(bytes).hex()).isEqualTo(transfer.sha256());
            boolean isText = transfer.kind() == TransferKind.TEXT;
            all.add(transfer.uploadId() + " "
                    + (isText ? new String(bytes, StandardCharsets.UTF_8) : transfer.sha256()));
        }
        return all.stream().sorted().toList();
    }

    private Path file(String name, long seed) throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(seed).nextBytes(bytes);
        return Files.write(directory.resolve(name), bytes);
    }

    private static void run(Path data, String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--waxwing.data-dir=" + data);
        assertThat(Subcommands.run(
                        all.toArray(String[]::new), new PrintStream(new ByteArrayOutputStream()), new PrintStream(err)))
                .as("%s", err)
                .isZero();
    }
}
