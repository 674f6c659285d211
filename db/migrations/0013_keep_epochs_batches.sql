-- What the validators were shown of an epoch: one row for each batch that was built, whether its proposal became final or
-- was replaced. The file lies in the bank's folder under the name that stands here.
CREATE TABLE chain.epoch_batch (
  chain_id integer NOT NULL,
  number bigint NOT NULL CHECK (number > 0),
  seal bigint NOT NULL CHECK (seal >= 0),
  block bigint NOT NULL CHECK (block >= 0),
  books_root bank.bytes32 NOT NULL,
  entries_root bank.bytes32 NOT NULL,
  entries_digest bank.bytes32 NOT NULL,
  liabilities_root bank.bytes32 NOT NULL,
  liabilities_micros bank.micros NOT NULL,
  manifest text NOT NULL,
  file text NOT NULL,
  built_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (chain_id, number, seal)
);
CREATE UNIQUE INDEX epoch_batch_entries ON chain.epoch_batch (entries_root);

ALTER TABLE chain.epoch
  ADD COLUMN entries_root bank.bytes32 NOT NULL DEFAULT '0x0000000000000000000000000000000000000000000000000000000000000000',
  ADD COLUMN liabilities_root bank.bytes32 NOT NULL DEFAULT '0x0000000000000000000000000000000000000000000000000000000000000000',
  ADD COLUMN liabilities_micros bank.micros NOT NULL DEFAULT 0;

-- The transaction that credited a block, which wrote its entries too: a seal holds both or neither.
ALTER TABLE chain.block ADD COLUMN xact_id xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX block_credited ON chain.block (chain_id, xact_id) WHERE is_final;
