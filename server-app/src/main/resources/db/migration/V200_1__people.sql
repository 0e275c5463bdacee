-- A password that an administrator chose for somebody else works until then, and only to choose another.
ALTER TABLE console_user ADD COLUMN password_until TIMESTAMP(6) WITH TIME ZONE;

-- Whether a token may be used to make other credentials, and from where it was last seen.
ALTER TABLE api_token ADD COLUMN credentials BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE api_token ADD COLUMN last_used_from VARCHAR(64);
