package dev.waxwing.enrollment;

import dev.waxwing.fuzz.Fuzz;
import dev.waxwing.trust.PeerName;
import dev.waxwing.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * Input: a byte of flags, then the invite's text, or with flag {@code 0x01} its fields, to which the checksum and the
 * spelling are added.
 */
public final class InviteFuzz {

    private InviteFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        Fuzz.once(input, 1 << 20, 128, () -> {
            String text = (input[0] & 1) == 0 ? new String(rest, StandardCharsets.UTF_8) : spelled(rest);
            try {
                Invite invite = Invite.parse(text);
                Fuzz.require(invite.encode().equals(text.strip()), "one spelling");
                Fuzz.require(!invite.toString().contains(invite.encode()), "an invite does not print its token");
            } catch (InviteException e) {
                Fuzz.require(e.getMessage() != null, "a message for the person");
            }
        });
    }

    private static String spelled(byte[] fields) throws Exception {
        byte[] whole = Arrays.copyOf(fields, fields.length + 4);
        System.arraycopy(MessageDigest.getInstance("SHA-256").digest(fields), 0, whole, fields.length, 4);
        return Invite.PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    public static Map<String, Bytes> seeds() {
        Invite invite = new Invite(
                new byte[32],
                InviteToken.of(new byte[InviteToken.LENGTH]),
                new PeerName("camera-1"),
                List.of(ServerAddress.parse("localhost:9999"), ServerAddress.parse("[::1]:9999")));
        byte[] fields = Base64.getUrlDecoder().decode(invite.encode().substring(Invite.PREFIX.length()));
        return Map.of(
                "text",
                Bytes.concat(Bytes.fromHex("00"), Bytes.of(invite.encode().getBytes(StandardCharsets.US_ASCII))),
                "fields",
                Bytes.concat(Bytes.fromHex("01"), Bytes.of(Arrays.copyOf(fields, fields.length - 4))));
    }
}
