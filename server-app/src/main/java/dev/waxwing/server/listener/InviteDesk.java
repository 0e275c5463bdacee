package dev.waxwing.server.listener;

import dev.waxwing.ca.enrollment.Enrollment;
import dev.waxwing.ca.enrollment.EnrollmentResult;
import dev.waxwing.channel.EnrolmentDesk;
import dev.waxwing.channel.RefusedException;
import dev.waxwing.wire.AlertCode;
import dev.waxwing.wire.SessionId;
import java.security.cert.X509Certificate;
import java.util.List;

/** Redeems invites at the authority; what it refuses is audited with the refusal of the connection, under one reference. */
record InviteDesk(Enrollment enrollment) implements EnrolmentDesk {

    @Override
    public List<X509Certificate> enrol(byte[] token, byte[] pkcs10, SessionId session) throws RefusedException {
        return switch (enrollment.redeem(token, pkcs10, session.value().toArray())) {
            case EnrollmentResult.Enrolled(String _, List<X509Certificate> chain) -> chain;
            case EnrollmentResult.Refused(var reason, String invite) ->
                throw new RefusedException(
                        AlertCode.AUTH_FAILED, "invite refused: " + reason.code() + ", invite for " + invite);
        };
    }
}
