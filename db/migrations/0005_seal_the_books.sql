-- Sealing: what is committed is put into Merkle batches, in the order of transactions, and the batches into a log.
-- The format of leaves, batches and log is lib/ledger/seal/README.md.

-- What an account is, apart from its totals: one row when it is opened and one at every change, sealed like events.
CREATE TABLE ledger.account_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES ledger.account (id),
  standing jsonb NOT NULL,
  xact_id xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX account_history_account ON ledger.account_history (account_id, id);
CREATE INDEX account_history_sealing ON ledger.account_history (xact_id);

-- What hides accounts and people in the batches of a period; whoever has the batches must not have this.
CREATE TABLE ledger.seal_salt (
  period bigint PRIMARY KEY CHECK (period > 0),
  salt bytea NOT NULL CHECK (octet_length(salt) = 32)
);

-- One batch: everything committed by the transactions from from_xact up to, not including, to_xact.
CREATE TABLE ledger.seal (
  number bigint PRIMARY KEY CHECK (number > 0),
  period bigint NOT NULL REFERENCES ledger.seal_salt (period),
  from_xact xid8 NOT NULL,
  to_xact xid8 NOT NULL CONSTRAINT seal_bound UNIQUE,
  leaf_count integer NOT NULL CHECK (leaf_count > 0),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  sealed_at timestamptz NOT NULL,
  -- the complete subtrees of the log that end with this batch, smallest first
  nodes bytea NOT NULL CHECK (octet_length(nodes) > 0 AND octet_length(nodes) % 32 = 0),
  -- the root of the log over batches 1 to this one
  head bytea NOT NULL CHECK (octet_length(head) = 32),
  CHECK (from_xact < to_xact)
);

-- 1,024 leaves of a batch each, so that a proof hashes one chunk anew and not the whole batch.
CREATE TABLE ledger.seal_chunk (
  seal bigint NOT NULL REFERENCES ledger.seal (number),
  place integer NOT NULL CHECK (place >= 0),
  leaf_count integer NOT NULL CHECK (leaf_count BETWEEN 1 AND 1024),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  first_xact xid8 NOT NULL,
  first_rank integer NOT NULL,
  first_id bigint NOT NULL,
  PRIMARY KEY (seal, place)
);
