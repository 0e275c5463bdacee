-- Revocation lists go by the reason, everything else by the time: neither without the other.
ALTER TABLE certificate ADD CONSTRAINT certificate_revoked_wholly CHECK ((revoked_at IS NULL) = (reason IS NULL));
