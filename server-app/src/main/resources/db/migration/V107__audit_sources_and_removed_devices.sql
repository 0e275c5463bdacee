-- What an entry of the audit trail says besides: from where, what changed, and of how many events it is the sum. The version says
-- which columns the hash covers; entries that were there before keep theirs.
ALTER TABLE audit_event ADD COLUMN version SMALLINT DEFAULT 1 NOT NULL;
ALTER TABLE audit_event ADD COLUMN source VARCHAR(64);
ALTER TABLE audit_event ADD COLUMN is_change BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE audit_event ADD COLUMN value_before VARCHAR(512);
ALTER TABLE audit_event ADD COLUMN value_after VARCHAR(512);
ALTER TABLE audit_event ADD COLUMN run_count INTEGER DEFAULT 1 NOT NULL;
ALTER TABLE audit_event ADD COLUMN run_first TIMESTAMP WITH TIME ZONE;
ALTER TABLE audit_event ADD COLUMN run_last TIMESTAMP WITH TIME ZONE;

-- A device that was removed keeps its row, because what it sent keeps its name. A certificate that is newer makes it a device again.
ALTER TABLE device ADD COLUMN removed_at TIMESTAMP WITH TIME ZONE;
