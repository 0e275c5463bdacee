-- There can be several issuing authorities side by side, so an authority is known by the last word of its name.
CREATE TABLE certificate_authority (
    id          VARCHAR(8)               NOT NULL PRIMARY KEY,
    role        VARCHAR(16)              NOT NULL,
    subject     VARCHAR(255)             NOT NULL,
    spki_sha256 VARCHAR(64)              NOT NULL UNIQUE,
    not_after   TIMESTAMP WITH TIME ZONE NOT NULL,
    certificate BYTEA                    NOT NULL,
    created_at  TIMESTAMP WITH TIME ZONE NOT NULL
);
INSERT INTO certificate_authority (id, role, subject, spki_sha256, not_after, certificate, created_at)
SELECT RIGHT(subject, 8), role, subject, spki_sha256, not_after, certificate, created_at FROM ca_authority;
DROP TABLE ca_authority;

-- Who issues: the authority of the row with the highest number, and no other. A rotation is one row more, so there are never two
-- and never none.
CREATE TABLE issuing_turn (
    number    BIGINT                   NOT NULL PRIMARY KEY,
    authority VARCHAR(8)               NOT NULL UNIQUE REFERENCES certificate_authority (id),
    since     TIMESTAMP WITH TIME ZONE NOT NULL
);
INSERT INTO issuing_turn (number, authority, since)
SELECT 1, id, created_at FROM certificate_authority WHERE role = 'issuing';

ALTER TABLE certificate ADD COLUMN issuer VARCHAR(8);
UPDATE certificate SET issuer = (SELECT authority FROM issuing_turn);
ALTER TABLE certificate ALTER COLUMN issuer SET NOT NULL;

-- When the last certificate of an issuer ends, and how many of it are in use.
CREATE INDEX certificate_by_issuer ON certificate (issuer, state, not_after DESC, revoked_at, role);
ALTER TABLE certificate ADD CONSTRAINT certificate_issuer FOREIGN KEY (issuer) REFERENCES certificate_authority (id);

-- All that a revocation list holds, and whose list it is.
DROP INDEX certificate_revoked;
CREATE INDEX certificate_revoked ON certificate (reason, not_after, serial_number, revoked_at, issuer);

UPDATE revocation_list
   SET issuer = (SELECT id FROM certificate_authority WHERE certificate_authority.role = revocation_list.issuer);
