-- Which texts are in which group: runs of counters without a gap, no two of which overlap. A group is a row or two, where it was
-- a change to each of its texts, with their content.
CREATE TABLE text_run (
    device        VARCHAR(63) NOT NULL,
    first_counter BIGINT      NOT NULL,
    last_counter  BIGINT      NOT NULL,
    transfer_id   VARCHAR(32) NOT NULL,
    PRIMARY KEY (device, first_counter)
);
INSERT INTO text_run (device, first_counter, last_counter, transfer_id)
SELECT device, counter, counter, transfer_id FROM text_message WHERE transfer_id IS NOT NULL;

-- Nothing looks for the texts of a transfer: their content is a file of its own.
DROP INDEX text_message_by_transfer;
ALTER TABLE text_message DROP COLUMN transfer_id;
