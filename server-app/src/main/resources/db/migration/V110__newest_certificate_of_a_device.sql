-- The certificate that counts for a device is its newest one, except one by renewal that it has not used. By the end of that one
-- devices are found that have ended or soon will; serial_number stays the one with which the device last came.
ALTER TABLE device ADD COLUMN newest VARCHAR(40);
UPDATE device
   SET (newest, certificate_ends) =
       (SELECT serial_number, not_after FROM certificate
         WHERE certificate.name = device.name AND role = 'DEVICE' AND state = 'issued'
           AND NOT EXISTS (SELECT 1 FROM renewal
                            WHERE renewal.serial_number = certificate.serial_number AND renewal.used_at IS NULL)
         ORDER BY created_at DESC, serial_number FETCH FIRST ROW ONLY)
 WHERE trust_level <> 'classic';

DROP INDEX device_by_end;
CREATE INDEX device_by_end ON device (certificate_ends, newest, name);
CREATE INDEX device_by_newest ON device (newest, name);
CREATE INDEX device_by_removal ON device (removed_at);
CREATE INDEX device_by_trust ON device (trust_level, name);
