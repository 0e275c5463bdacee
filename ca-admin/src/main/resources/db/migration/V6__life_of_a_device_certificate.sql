-- A device's certificate is superseded once the device has used the one that it got in its place by renewal. It is not revoked:
-- only handshakes with it are refused.
ALTER TABLE certificate ADD COLUMN superseded_by VARCHAR(40);
ALTER TABLE certificate ADD COLUMN superseded_at TIMESTAMP WITH TIME ZONE;

-- Which certificate a key got by renewal, and in place of which. The key is the primary key, so that however often a device asks
-- with it, there is one certificate.
CREATE TABLE renewal (
    spki_sha256   VARCHAR(64)              NOT NULL PRIMARY KEY,
    serial_number VARCHAR(40)              NOT NULL UNIQUE,
    predecessor   VARCHAR(40)              NOT NULL,
    name          VARCHAR(63)              NOT NULL,
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at       TIMESTAMP WITH TIME ZONE
);
CREATE INDEX renewal_by_name ON renewal (name, created_at);
CREATE INDEX renewal_by_predecessor ON renewal (predecessor);

-- Who is let back in after the end of a certificate, with its key. The open name, as with invites, holds one open allowance for a
-- name; time closes it without touching the row.
CREATE TABLE readmission (
    id            VARCHAR(16)              NOT NULL PRIMARY KEY,
    name          VARCHAR(63)              NOT NULL,
    open_name     VARCHAR(63)              UNIQUE,
    spki_sha256   VARCHAR(64)              NOT NULL,
    predecessor   VARCHAR(40)              NOT NULL,
    created_by    VARCHAR(128)             NOT NULL,
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at    TIMESTAMP WITH TIME ZONE,
    used_at       TIMESTAMP WITH TIME ZONE,
    serial_number VARCHAR(40)
);
CREATE INDEX readmission_by_key ON readmission (spki_sha256, created_at);
CREATE INDEX readmission_by_name ON readmission (name, created_at);
