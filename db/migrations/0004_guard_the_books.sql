-- The books guard themselves: rules move from row-by-row keys and checks, which Postgres reads anew for every statement,
-- to triggers over whole statements (db/repeatable/20 and 21). Customers carry live totals and holds, the bank's own
-- accounts are read from checkpoints, and an account has a state.
DROP TRIGGER IF EXISTS event_adds_up ON ledger.event;
DROP FUNCTION IF EXISTS ledger.check_event();
DROP TRIGGER IF EXISTS transfer_in_time ON ledger.transfer;
DROP FUNCTION IF EXISTS ledger.refuse_late_transfer();
DROP TRIGGER IF EXISTS account_stays ON ledger.account;
DROP FUNCTION IF EXISTS ledger.refuse_account_change();
DROP FUNCTION IF EXISTS ledger.post(jsonb);
DROP FUNCTION IF EXISTS ledger.verify();

-- classes: what belongs to a customer stands on the credit side; what repeats the chain opens by itself and never freezes
ALTER TABLE ledger.account_class
  ADD COLUMN is_mirror boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT a_customer_is_owed CHECK (NOT is_customer OR side = 'credit'),
  ADD UNIQUE (class, asset, side, is_clearing, is_customer, is_mirror);
ALTER TABLE ledger.account_class DISABLE TRIGGER USER;
UPDATE ledger.account_class SET is_mirror = true WHERE class IN ('wallet_mirror', 'stake_mirror', 'unbonding_mirror');
ALTER TABLE ledger.account_class ENABLE TRIGGER USER;
ALTER TABLE ledger.account_class ALTER COLUMN is_mirror DROP DEFAULT;

-- transfers: named by their event, both legs indexed in the order of the account
ALTER TABLE ledger.transfer
  DROP CONSTRAINT transfer_event_id_fkey,
  DROP CONSTRAINT transfer_debit_account_asset_fkey,
  DROP CONSTRAINT transfer_credit_account_asset_fkey,
  DROP CONSTRAINT transfer_event_id_seq_key,
  DROP CONSTRAINT transfer_seq_check,
  DROP CONSTRAINT transfer_check,
  DROP COLUMN id,
  ADD PRIMARY KEY (event_id, seq);
DROP INDEX ledger.transfer_debit;
DROP INDEX ledger.transfer_credit;
CREATE INDEX transfer_debit ON ledger.transfer (debit_account, event_id);
CREATE INDEX transfer_credit ON ledger.transfer (credit_account, event_id);

ALTER TABLE ledger.account
  DROP CONSTRAINT account_class_asset_side_is_clearing_fkey,
  DROP CONSTRAINT account_id_asset_key,
  DROP CONSTRAINT account_not_below_zero,
  DROP CONSTRAINT clearing_belongs_to_the_bank,
  ADD COLUMN is_customer boolean,
  ADD COLUMN is_mirror boolean,
  ADD COLUMN state text NOT NULL DEFAULT 'open',
  ADD COLUMN held_micros bank.micros NOT NULL DEFAULT 0;
UPDATE ledger.account SET is_customer = c.is_customer, is_mirror = c.is_mirror
FROM ledger.account_class c WHERE c.class = account.class;

-- What stood on an account after every leg up to an event, and how early and late its legs since the checkpoint before
-- happened and were written down. Legs with a later event come on top.
CREATE TABLE ledger.checkpoint (
  account_id bigint NOT NULL,
  event_id bigint NOT NULL,
  -- without an upper end: no sum of amounts may keep the others from theirs
  debits_micros numeric NOT NULL CHECK (debits_micros >= 0 AND debits_micros < 'Infinity'),
  credits_micros numeric NOT NULL CHECK (credits_micros >= 0 AND credits_micros < 'Infinity'),
  leg_count integer NOT NULL CHECK (leg_count > 0),
  earliest_effective_at timestamptz NOT NULL,
  latest_effective_at timestamptz NOT NULL,
  earliest_recorded_at timestamptz NOT NULL,
  latest_recorded_at timestamptz NOT NULL,
  -- the latest of this one and all before it
  all_effective_by timestamptz NOT NULL,
  all_recorded_by timestamptz NOT NULL,
  PRIMARY KEY (account_id, event_id) INCLUDE (earliest_effective_at, earliest_recorded_at)
);
CREATE INDEX checkpoint_effective ON ledger.checkpoint (account_id, all_effective_by, event_id);
CREATE INDEX checkpoint_recorded ON ledger.checkpoint (account_id, all_recorded_by, event_id);
-- up to which event nothing is under way any more, up to which customers' accounts were looked through for checkpoints,
-- and the next candidate for the first
CREATE TABLE ledger.tide (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  settled_event bigint NOT NULL DEFAULT 0,
  customers_until bigint NOT NULL DEFAULT 0,
  next_event bigint NOT NULL DEFAULT 0,
  next_xact xid8 NOT NULL DEFAULT '0'
);
INSERT INTO ledger.tide DEFAULT VALUES;

UPDATE ledger.account SET debits_micros = 0, credits_micros = 0 WHERE NOT is_customer;
ALTER TABLE ledger.account
  ALTER COLUMN is_customer SET NOT NULL,
  ALTER COLUMN is_mirror SET NOT NULL,
  -- which rules an account falls under is its class's, never the row's own
  ADD FOREIGN KEY (class, asset, side, is_clearing, is_customer, is_mirror)
    REFERENCES ledger.account_class (class, asset, side, is_clearing, is_customer, is_mirror),
  ADD CONSTRAINT account_not_below_zero CHECK (NOT is_customer OR credits_micros - debits_micros >= held_micros),
  SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE ledger.account_class DROP CONSTRAINT account_class_class_asset_side_is_clearing_key;

CREATE SEQUENCE ledger.event_number OWNED BY ledger.event.id;
ALTER TABLE ledger.event ALTER COLUMN id DROP IDENTITY;
SELECT setval('ledger.event_number', greatest(max(id), 1), max(id) IS NOT NULL) FROM ledger.event;
-- a transaction is numbered before it draws a number: so every number that was drawn belongs to one that can be waited for
CREATE FUNCTION ledger.draw_event() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_current_xact_id();
  RETURN nextval('ledger.event_number');
END $$;
DROP INDEX ledger.event_effective;
ALTER TABLE ledger.event DISABLE TRIGGER USER;
ALTER TABLE ledger.event
  ALTER COLUMN id SET DEFAULT ledger.draw_event(),
  ALTER COLUMN payload_hash TYPE bytea USING decode(substr(payload_hash, 3), 'hex'),
  DROP CONSTRAINT event_key_check,
  DROP CONSTRAINT event_kind_check,
  DROP CONSTRAINT event_effective_at_check,
  DROP CONSTRAINT event_transfer_count_check,
  ADD COLUMN pending_count integer NOT NULL DEFAULT 0,
  ADD COLUMN resolution_count integer NOT NULL DEFAULT 0,
  ADD COLUMN corrects bigint,
  ADD COLUMN is_refund boolean NOT NULL DEFAULT false;
ALTER TABLE ledger.event ENABLE TRIGGER USER;
CREATE INDEX event_in_order ON ledger.event (xact_id, id);
CREATE INDEX event_correction ON ledger.event (corrects) WHERE corrects IS NOT NULL;

-- a hold: an amount that an account may not use until it is posted, given back, or its time is over
CREATE TABLE ledger.pending (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id bigint NOT NULL,
  seq integer NOT NULL,
  debit_account bigint NOT NULL,
  credit_account bigint NOT NULL,
  asset text NOT NULL,
  amount_micros bank.positive_micros NOT NULL,
  expires_at timestamptz NOT NULL,
  UNIQUE (event_id, seq)
);
CREATE INDEX pending_of_account ON ledger.pending (debit_account, event_id);
-- how a hold ended, once; what was posted of it is a transfer of the same event
CREATE TABLE ledger.resolution (
  pending_id bigint PRIMARY KEY,
  event_id bigint NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('post', 'void', 'expire')),
  transfer_seq integer CHECK ((transfer_seq IS NOT NULL) = (kind = 'post')),
  UNIQUE (event_id, seq)
);
-- the holds that stand now; moved with the events, like an account's totals
CREATE TABLE ledger.open_hold (
  pending_id bigint PRIMARY KEY,
  account_id bigint NOT NULL,
  amount_micros bank.positive_micros NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX open_hold_account ON ledger.open_hold (account_id);
CREATE INDEX open_hold_expires ON ledger.open_hold (expires_at);
