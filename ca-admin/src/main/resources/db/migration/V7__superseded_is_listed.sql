-- Whether a certificate has been superseded is part of its status, by which lists filter.
DROP INDEX certificate_listed;
CREATE INDEX certificate_listed
    ON certificate (state, created_at DESC, serial_number, revoked_at, not_after, expiring_from, superseded_by, name);
