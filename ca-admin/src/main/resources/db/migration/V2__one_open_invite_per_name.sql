-- The name while the invite is open, so that the database itself holds one open invite for a name. Time closes an invite without
-- touching its row; whoever wants the name next clears it.
ALTER TABLE invite ADD COLUMN open_name VARCHAR(63);

UPDATE invite
   SET revoked_at = CURRENT_TIMESTAMP
 WHERE revoked_at IS NULL AND redeemed_at IS NULL AND expires_at > CURRENT_TIMESTAMP
   AND EXISTS (
       SELECT 1 FROM invite newer
        WHERE newer.name = invite.name
          AND newer.revoked_at IS NULL AND newer.redeemed_at IS NULL AND newer.expires_at > CURRENT_TIMESTAMP
          AND (newer.created_at > invite.created_at
               OR newer.created_at = invite.created_at AND newer.id > invite.id));

UPDATE invite
   SET open_name = name
 WHERE revoked_at IS NULL AND redeemed_at IS NULL AND expires_at > CURRENT_TIMESTAMP;

ALTER TABLE invite ADD CONSTRAINT invite_open_name UNIQUE (open_name);
