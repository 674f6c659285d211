-- Books that still catch up with the chain may be equal to it, block for block, and know nothing of what came since.
ALTER TABLE bank.reconciliation ADD COLUMN final_block bigint;
