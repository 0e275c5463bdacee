-- Texts, many to a row: those of one device that were committed together and whose counters have no gap. For each counter, from the
-- first to the last, the content is: id (16 bytes) | captured_at (8 bytes, milliseconds since 1970) | length (3 bytes) | UTF-8.
--
-- A block has a range of ids, from first_id to last_id, beyond those of all blocks of the device before it: a text with a lower id
-- has a row in offer, too, by which that id is found. Both are empty where all texts have one.
--
-- The number counts the blocks of a device, so that of two nodes that write texts of it at once only one can commit.
CREATE TABLE text_block (
    device        VARCHAR(63)              NOT NULL,
    last_counter  BIGINT                   NOT NULL,
    first_counter BIGINT                   NOT NULL,
    number        BIGINT                   NOT NULL,
    first_id      VARCHAR(32)              NOT NULL,
    last_id       VARCHAR(32)              NOT NULL,
    received_at   TIMESTAMP WITH TIME ZONE NOT NULL,
    content       BYTEA                    NOT NULL,
    PRIMARY KEY (device, last_counter),
    UNIQUE (device, number)
);
CREATE INDEX text_block_by_id ON text_block (device, last_id, first_id);
