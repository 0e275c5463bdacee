-- Lists are read in the order of an index that also holds what they filter by, so that neither a page nor a total reads rows that
-- it does not show.
DROP INDEX certificate_by_creation;
CREATE INDEX certificate_listed
    ON certificate (state, created_at DESC, serial_number, revoked_at, not_after, expiring_from, name);

-- All that a revocation list holds of a certificate. It starts with the reason, which only a revoked certificate has: an index
-- by revoked_at would be taken for lists of valid certificates, too, and they would have to be sorted.
DROP INDEX certificate_by_revocation;
CREATE INDEX certificate_revoked ON certificate (reason, not_after, serial_number, revoked_at);

DROP INDEX invite_by_creation;
CREATE INDEX invite_listed ON invite (created_at DESC, id, redeemed_at, revoked_at, expires_at);
