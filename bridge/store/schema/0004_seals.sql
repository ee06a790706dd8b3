-- What proves the rows beside the log, and what a repeat is compared with.

-- An event names a seal over what lies beside it; the salt goes into it, and lies here so that
-- with the body it can be erased: nobody can then try out whose seal it was. What is older has
-- neither.
ALTER TABLE reporter ADD COLUMN salt BLOB;

-- SHA-256 of what was asked for. What is older has none: its incident alone is compared.
ALTER TABLE command ADD COLUMN digest BLOB;
