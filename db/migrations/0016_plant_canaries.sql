-- A batch that is wrong on purpose is made from the honest one of the same seal.
ALTER TABLE chain.epoch_batch ADD COLUMN is_canary boolean NOT NULL DEFAULT false;
ALTER TABLE chain.epoch_batch DROP CONSTRAINT epoch_batch_pkey;
ALTER TABLE chain.epoch_batch ADD PRIMARY KEY (chain_id, number, seal, is_canary);
