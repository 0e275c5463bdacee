package dev.waxwing.server.listener;

import dev.waxwing.ca.enrollment.Enrollment;
import dev.waxwing.ca.enrollment.EnrollmentResult;
import dev.waxwing.ca.enrollment.Readmissions;
import dev.waxwing.channel.EnrolmentDesk;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.enrollment.InviteToken;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.SessionId;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

/**
 * Redeems invites at the authority, and lets devices back in that show none (docs/protocol.md, section 16.4). What it refuses is
 * audited with the refusal of the connection, under one reference.
 */
record InviteDesk(Enrollment enrollment, Readmissions readmissions) implements EnrolmentDesk {

    private static final byte[] NO_INVITE = new byte[InviteToken.LENGTH];

    @Override
    public List<X509Certificate> enrol(byte[] token, byte[] pkcs10, SessionId session) throws RefusedException {
        boolean hasInvite = !Arrays.equals(token, NO_INVITE);
        byte[] sessionId = session.value().toArray();
        EnrollmentResult result =
                hasInvite ? enrollment.redeem(token, pkcs10, sessionId) : readmissions.redeem(pkcs10, sessionId);
        return switch (result) {
            case EnrollmentResult.Enrolled(String _, List<X509Certificate> chain) -> chain;
            case EnrollmentResult.Refused(var reason, String invite) ->
                throw new RefusedException(
                        AlertCode.AUTH_FAILED,
                        hasInvite
                                ? "invite refused: " + reason.code() + ", invite for " + invite
                                : "not let back in: " + reason.code() + ", device " + invite);
        };
    }
}
