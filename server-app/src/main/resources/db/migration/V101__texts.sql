-- Nothing looks for the texts of a transfer: their content is a file of its own. Every text had to be put into this index twice.
DROP INDEX text_message_by_transfer;
