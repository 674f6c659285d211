-- Who did what is sealed like the entries: a row belongs to the batch of its transaction. What was written before is
-- sealed with this migration's.
ALTER TABLE bank.audit_row ADD COLUMN xact_id xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX audit_row_sealing ON bank.audit_row (xact_id);
