-- Lists are read in the order of an index that also holds what they filter by.
CREATE INDEX device_listed ON device (created_at DESC, name);
CREATE INDEX device_by_certificate ON device (serial_number);

-- The sizes are for the totals of the dashboard.
DROP INDEX transfer_by_state;
CREATE INDEX transfer_by_state ON transfer (state, number, kind, size);
CREATE INDEX transfer_by_acceptance ON transfer (accepted_at);
