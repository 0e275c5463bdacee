-- An issuing authority whose own certificate is revoked, for good: it stands on the root's list from then on.
ALTER TABLE certificate_authority ADD COLUMN revoked_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE certificate_authority ADD COLUMN revocation_reason VARCHAR(32);
ALTER TABLE certificate_authority ADD COLUMN revoked_by VARCHAR(128);
ALTER TABLE certificate_authority ADD CONSTRAINT certificate_authority_revoked_wholly
    CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL) AND (revoked_at IS NULL) = (revoked_by IS NULL));
