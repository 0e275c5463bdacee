-- What has not ended is found without what has, of which there is more each year.
CREATE INDEX certificate_by_end
    ON certificate (state, not_after, revoked_at, superseded_by, expiring_from, name, created_at, serial_number);

-- A search for a part of the name reads no rows but those that it shows.
DROP INDEX invite_listed;
CREATE INDEX invite_listed ON invite (created_at DESC, id, redeemed_at, revoked_at, expires_at, name);

-- Of the invites most were redeemed: those that were not are found without them.
CREATE INDEX invite_by_state ON invite (redeemed_at, revoked_at, expires_at, name);
