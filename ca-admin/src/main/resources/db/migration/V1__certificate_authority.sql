-- The certificates of the authority itself. The database and data-dir/keys belong together; this is how a start notices that
-- they do not.
CREATE TABLE ca_authority (
    role        VARCHAR(16)              NOT NULL PRIMARY KEY,
    subject     VARCHAR(255)             NOT NULL,
    spki_sha256 VARCHAR(64)              NOT NULL,
    not_after   TIMESTAMP WITH TIME ZONE NOT NULL,
    certificate BYTEA                    NOT NULL,
    created_at  TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Every certificate that was ever meant to be signed. A row is stored as 'pending' before the signature is made, and becomes
-- 'issued' with it; 'abandoned' was never handed out.
CREATE TABLE certificate (
    serial_number VARCHAR(40)              NOT NULL PRIMARY KEY,
    state         VARCHAR(16)              NOT NULL,
    subject       VARCHAR(255)             NOT NULL,
    name          VARCHAR(63)              NOT NULL,
    role          VARCHAR(16)              NOT NULL,
    profile       VARCHAR(32)              NOT NULL,
    not_before    TIMESTAMP WITH TIME ZONE NOT NULL,
    not_after     TIMESTAMP WITH TIME ZONE NOT NULL,
    expiring_from TIMESTAMP WITH TIME ZONE NOT NULL,
    spki_sha256   VARCHAR(64)              NOT NULL,
    certificate   BYTEA,
    issued_by     VARCHAR(128)             NOT NULL,
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at    TIMESTAMP WITH TIME ZONE,
    reason        VARCHAR(32),
    revoked_by    VARCHAR(128)
);
CREATE INDEX certificate_by_name ON certificate (name, role);
CREATE INDEX certificate_by_key ON certificate (spki_sha256);
CREATE INDEX certificate_by_creation ON certificate (created_at, serial_number);
CREATE INDEX certificate_by_revocation ON certificate (revoked_at);

-- One row per issuer: the number of its newest revocation list. Only the root's list is kept, because its key may be away.
CREATE TABLE revocation_list (
    issuer      VARCHAR(16)              NOT NULL PRIMARY KEY,
    list_number BIGINT                   NOT NULL,
    this_update TIMESTAMP WITH TIME ZONE NOT NULL,
    next_update TIMESTAMP WITH TIME ZONE NOT NULL,
    list        BYTEA
);

-- Of the token only its SHA-256 is kept.
CREATE TABLE invite (
    id                   VARCHAR(16)              NOT NULL PRIMARY KEY,
    token_sha256         VARCHAR(64)              NOT NULL UNIQUE,
    name                 VARCHAR(63)              NOT NULL,
    profile              VARCHAR(32)              NOT NULL,
    replaces             BOOLEAN                  NOT NULL,
    created_by           VARCHAR(128)             NOT NULL,
    created_at           TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at           TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at           TIMESTAMP WITH TIME ZONE,
    redeemed_at          TIMESTAMP WITH TIME ZONE,
    redeemed_spki_sha256 VARCHAR(64),
    serial_number        VARCHAR(40)
);
CREATE INDEX invite_by_name ON invite (name);
CREATE INDEX invite_by_creation ON invite (created_at, id);
