-- Payouts are numbered in the chain's order, and an epoch's are those of its blocks.
CREATE INDEX payout_in_order ON chain.payout (chain_id, block_number, log_index);
