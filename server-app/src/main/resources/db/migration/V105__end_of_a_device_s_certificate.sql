-- When the certificate ends with which a device comes, so that those that have ended, or soon will, are found by an index.
ALTER TABLE device ADD COLUMN certificate_ends TIMESTAMP WITH TIME ZONE;
UPDATE device
   SET certificate_ends = (SELECT not_after FROM certificate WHERE certificate.serial_number = device.serial_number);
CREATE INDEX device_by_end ON device (certificate_ends, serial_number, name);
