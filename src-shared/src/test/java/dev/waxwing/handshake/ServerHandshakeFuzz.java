package dev.waxwing.handshake;

import dev.waxwing.crypto.Suite;
import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.handshake.Action.AskAdmission;
import dev.waxwing.handshake.Action.AskDesk;
import dev.waxwing.handshake.Action.Connect;
import dev.waxwing.handshake.Action.Send;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.Bytes;
import dev.waxwing.wire.ProtocolException;
import dev.waxwing.wire.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a device may say to a server. Input: {@link ScriptedInput}. */
public final class ServerHandshakeFuzz {

    private static final Set<AlertCode> CODES =
            Set.of(AlertCode.PROTOCOL_ERROR, AlertCode.AUTH_FAILED, AlertCode.UNSUPPORTED);

    private ServerHandshakeFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        ScriptedInput script = ScriptedInput.decode(input);
        ScriptedEnds ends = ScriptedEnds.of(script.mode());
        Fuzz.once(input, 16 << 20, 512, () -> {
            try (ServerHandshake server = ends.server()) {
                converse(script, ends, server);
            } catch (ProtocolException e) {
                Fuzz.require(CODES.contains(e.code()), "protocol_error, auth_failed or unsupported, not " + e.code());
            }
        });
    }

    private static void converse(ScriptedInput script, ScriptedEnds ends, ServerHandshake server)
            throws ProtocolException {
        Adversary device = Adversary.device(ScriptedEnds.CRYPTO, ends.deviceRandom());
        if (script.ownsKeys()) {
            Bytes hello = device.hello(script.mode() == Mode.ENROLMENT, List.of(Suite.AES_256_GCM_SHA384));
            List<Action> answer = server.receive(hello.asByteBuffer());
            List<Bytes> sent = sent(answer);
            device.meet(sent.getFirst());
            device.hear(sent.getLast());
        }
        List<Bytes> received = new ArrayList<>();
        for (Bytes content : script.contents()) {
            Bytes said = script.ownsKeys()
                    ? ScriptedInput.proven(content, device, ends.deviceCredential, Adversary.Context.DEVICE)
                    : content;
            received.add(said);
            List<Action> done = new ArrayList<>(server.receive(said.asByteBuffer()));
            if (!done.isEmpty() && done.getLast() instanceof AskAdmission) {
                done.addAll(server.admit(new SessionGrant(6, 4)));
            }
            if (!done.isEmpty() && done.getLast() instanceof AskDesk) {
                done.addAll(server.issue(ends.issued()));
            }
            for (Action action : done) {
                if (action instanceof Connect(Session session, var _)) {
                    requireDevice(session, script, ends, received);
                }
            }
        }
    }

    private static void requireDevice(Session session, ScriptedInput script, ScriptedEnds ends, List<Bytes> received)
            throws ProtocolException {
        Fuzz.require(session.peer().certificate().equals(ends.deviceCredential.certificate()), "the device's own name");
        if (!script.ownsKeys()) {
            ScriptedEnds normal = ScriptedEnds.NORMAL;
            Bytes all = Bytes.concat(received.toArray(Bytes[]::new));
            ClientHello hello = (ClientHello) HandshakeMessage.decode(Reader.of(all));
            Fuzz.require(
                    hello.mode() == Mode.NORMAL.code()
                            && all.equals(normal.messages(
                                    "ClientHello",
                                    "device.Certificate",
                                    "device.CertificateVerify",
                                    "device.Finished")),
                    "no altered handshake becomes a session");
        }
    }

    private static List<Bytes> sent(List<Action> actions) {
        return actions.stream()
                .filter(Send.class::isInstance)
                .map(action -> ((Send) action).messages())
                .toList();
    }

    public static Map<String, Bytes> seeds() {
        ScriptedEnds normal = ScriptedEnds.NORMAL;
        ScriptedEnds enrolment = ScriptedEnds.ENROLMENT;
        Bytes flight = normal.messages("device.Certificate", "device.CertificateVerify", "device.Finished");
        Bytes finished = enrolment.messages("device.Finished");
        Bytes request = enrolment.messages("EnrolRequest");
        return Map.of(
                "normal",
                new ScriptedInput(Mode.NORMAL, false, List.of(normal.messages("ClientHello"), flight)).encode(),
                "normal-own-keys",
                new ScriptedInput(Mode.NORMAL, true, List.of(flight)).encode(),
                "enrolment",
                new ScriptedInput(Mode.ENROLMENT, false, List.of(enrolment.messages("ClientHello"), finished, request))
                        .encode(),
                "enrolment-own-keys",
                new ScriptedInput(Mode.ENROLMENT, true, List.of(finished, request)).encode());
    }
}
