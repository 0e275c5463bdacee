-- A device's certificate and the receipt signer's can come from different issuing authorities. Then the receipt signer's issuer and
-- its revocation list are kept as well.
ALTER TABLE evidence ADD COLUMN receipt_issuing_certificate VARCHAR(64);
ALTER TABLE evidence ADD COLUMN receipt_revocation_list VARCHAR(64);
