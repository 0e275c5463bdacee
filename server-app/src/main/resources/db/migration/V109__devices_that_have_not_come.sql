-- A name is a device from its first certificate on, also if it was issued for a request, or with a key, and the device has never
-- come: its trust level is 'none' until it does. Those that are waited for already, with the newest certificate that each has:
INSERT INTO device (name, trust_level, serial_number, created_at, certificate_ends)
SELECT name, 'none', serial_number, created_at, not_after
  FROM certificate newest
 WHERE role = 'DEVICE' AND state = 'issued' AND revoked_at IS NULL AND not_after > CURRENT_TIMESTAMP
   AND NOT EXISTS (SELECT 1 FROM device WHERE device.name = newest.name)
   AND NOT EXISTS (SELECT 1 FROM certificate other
                    WHERE other.name = newest.name AND other.role = 'DEVICE' AND other.state = 'issued'
                      AND other.revoked_at IS NULL AND other.not_after > CURRENT_TIMESTAMP
                      AND (other.created_at > newest.created_at
                           OR other.created_at = newest.created_at AND other.serial_number < newest.serial_number));
