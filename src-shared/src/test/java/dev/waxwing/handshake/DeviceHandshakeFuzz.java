package dev.waxwing.handshake;

import dev.waxwing.crypto.Suite;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.handshake.Action.TakeIdentity;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a server may say to a device. Input: {@link ScriptedInput}. */
public final class DeviceHandshakeFuzz {

    private static final Set<AlertCode> CODES = Set.of(AlertCode.PROTOCOL_ERROR, AlertCode.AUTH_FAILED);

    private DeviceHandshakeFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        ScriptedInput script = ScriptedInput.decode(input);
        ScriptedEnds ends = ScriptedEnds.of(script.mode());
        Fuzz.once(input, 16 << 20, 512, () -> {
            try (DeviceHandshake device = ends.device()) {
                converse(script, ends, device);
            } catch (ProtocolException e) {
                Fuzz.require(CODES.contains(e.code()), "protocol_error or auth_failed, not " + e.code());
            }
        });
    }

    private static void converse(ScriptedInput script, ScriptedEnds ends, DeviceHandshake device)
            throws ProtocolException {
        List<Action> actions = new ArrayList<>(device.start());
        Adversary server = Adversary.server(ScriptedEnds.CRYPTO, ends.serverRandom());
        if (script.ownsKeys()) {
            Bytes hello = ((Send) actions.getFirst()).messages();
            device.receive(server.answer(hello, Suite.AES_256_GCM_SHA384).asByteBuffer());
        }
        Adversary.Context context =
                script.mode() == Mode.NORMAL ? Adversary.Context.SERVER : Adversary.Context.SERVER_ENROLMENT;
        Bytes received = Bytes.EMPTY;
        for (Bytes content : script.contents()) {
            Bytes said =
                    script.ownsKeys() ? ScriptedInput.proven(content, server, ends.serverCredential, context) : content;
            List<Action> done = device.receive(said.asByteBuffer());
            for (Action action : done) {
                if (action instanceof Send(Bytes messages)) {
                    server.hear(messages);
                }
                if (action instanceof Send || action instanceof Connect || action instanceof TakeIdentity) {
                    requireServer(action, script, ends, received, said);
                }
            }
            received = Bytes.concat(received, said);
        }
    }

    /** The device goes on only after the very server of the vectors has proved itself. */
    private static void requireServer(
            Action action, ScriptedInput script, ScriptedEnds ends, Bytes received, Bytes now) {
        if (action instanceof Connect(Session session, var _)) {
            Fuzz.require(
                    session.peer().certificate().equals(ends.serverCredential.certificate()), "the server's own name");
        }
        if (!script.ownsKeys()) {
            Bytes genuine = ends.mode == Mode.NORMAL
                    ? ends.messages(
                            "ServerHello",
                            "EncryptedExtensions",
                            "CertificateRequest",
                            "server.Certificate",
                            "server.CertificateVerify",
                            "server.Finished")
                    : ends.messages(
                            "ServerHello",
                            "EncryptedExtensions",
                            "server.Certificate",
                            "server.CertificateVerify",
                            "server.Finished");
            Bytes all = Bytes.concat(received, now);
            Fuzz.require(
                    all.size() >= genuine.size() && all.slice(0, genuine.size()).equals(genuine),
                    "no altered handshake is answered");
        }
    }

    public static Map<String, Bytes> seeds() {
        ScriptedEnds normal = ScriptedEnds.NORMAL;
        ScriptedEnds enrolment = ScriptedEnds.ENROLMENT;
        Bytes flight = normal.messages(
                "EncryptedExtensions",
                "CertificateRequest",
                "server.Certificate",
                "server.CertificateVerify",
                "server.Finished");
        Bytes enrolling = enrolment.messages(
                "EncryptedExtensions", "server.Certificate", "server.CertificateVerify", "server.Finished");
        Bytes accept = normal.messages("SessionAccept");
        Bytes response = enrolment.messages("EnrolResponse");
        return Map.of(
                "normal",
                new ScriptedInput(Mode.NORMAL, false, List.of(normal.messages("ServerHello"), flight, accept)).encode(),
                "normal-own-keys",
                new ScriptedInput(Mode.NORMAL, true, List.of(flight, accept)).encode(),
                "enrolment",
                new ScriptedInput(
                                Mode.ENROLMENT, false, List.of(enrolment.messages("ServerHello"), enrolling, response))
                        .encode(),
                "enrolment-own-keys",
                new ScriptedInput(Mode.ENROLMENT, true, List.of(enrolling, response)).encode());
    }
}
