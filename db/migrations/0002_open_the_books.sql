-- The ledger: accounts, events, transfers. One transfer moves one amount of one asset from credit side to debit side,
-- so that every event sums to zero per asset by its shape; the checks below hold that shape.
CREATE TABLE ledger.account_class (
  class text PRIMARY KEY,
  asset text NOT NULL CHECK (asset IN ('USD', 'TOKEN')),
  side text NOT NULL CHECK (side IN ('debit', 'credit')),
  is_memo boolean NOT NULL,
  is_clearing boolean NOT NULL,
  is_customer boolean NOT NULL,
  UNIQUE (class, asset, side, is_clearing),
  CONSTRAINT a_customer_class_is_never_clearing CHECK (NOT (is_customer AND is_clearing))
);
INSERT INTO ledger.account_class (class, asset, side, is_memo, is_clearing, is_customer) VALUES
  ('cash', 'USD', 'debit', false, false, false),
  ('reserve', 'USD', 'debit', false, false, false),
  ('till', 'USD', 'debit', false, false, false),
  ('rail_clearing', 'USD', 'debit', false, true, false),
  ('dollar_deposit', 'USD', 'credit', false, false, true),
  ('dollar_held', 'USD', 'credit', false, false, true),
  ('token_supply', 'USD', 'credit', false, false, false),
  ('tax_payable', 'USD', 'credit', false, false, false),
  ('first_loss', 'USD', 'credit', false, false, false),
  ('capital', 'USD', 'credit', false, false, false),
  ('suspense', 'USD', 'credit', false, true, false),
  ('token_control', 'TOKEN', 'debit', true, false, false),
  ('wallet_mirror', 'TOKEN', 'credit', true, false, true),
  ('stake_mirror', 'TOKEN', 'credit', true, false, true),
  ('unbonding_mirror', 'TOKEN', 'credit', true, false, true),
  ('custodial_token', 'TOKEN', 'credit', true, false, true),
  ('fee_pot', 'TOKEN', 'credit', true, false, false),
  ('reward_pool', 'TOKEN', 'credit', true, false, false),
  ('operator_fee', 'TOKEN', 'credit', true, false, false),
  ('tax_withheld', 'TOKEN', 'credit', true, false, false),
  ('chain_clearing', 'TOKEN', 'credit', true, true, false);

CREATE TABLE ledger.account (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bank_id text NOT NULL DEFAULT bank.home_bank(),
  subsidiary_id text NOT NULL DEFAULT 'main',
  state_code text NOT NULL DEFAULT bank.home_state(),
  class text NOT NULL,
  asset text NOT NULL,
  side text NOT NULL,
  is_clearing boolean NOT NULL,
  owner text NOT NULL DEFAULT '',
  profile_id uuid REFERENCES bank.profile (id),
  debits_micros bank.micros NOT NULL DEFAULT 0,
  credits_micros bank.micros NOT NULL DEFAULT 0,
  opened_at timestamptz NOT NULL DEFAULT bank.now(),
  CONSTRAINT account_of_owner UNIQUE (class, asset, owner),
  -- side and clearing are the class's, never the row's own
  FOREIGN KEY (class, asset, side, is_clearing) REFERENCES ledger.account_class (class, asset, side, is_clearing),
  UNIQUE (id, asset),
  CONSTRAINT account_not_below_zero CHECK (
    is_clearing
    OR (side = 'credit' AND credits_micros >= debits_micros)
    OR (side = 'debit' AND debits_micros >= credits_micros)
  ),
  CONSTRAINT clearing_belongs_to_the_bank CHECK (NOT is_clearing OR profile_id IS NULL)
);
CREATE INDEX account_profile ON ledger.account (profile_id);

CREATE TABLE ledger.event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL CHECK (length(key) BETWEEN 3 AND 300),
  payload_hash bank.bytes32 NOT NULL,
  kind text NOT NULL CHECK (kind <> ''),
  subject text NOT NULL,
  effective_at timestamptz NOT NULL CHECK (isfinite(effective_at)),
  recorded_at timestamptz NOT NULL,
  actor text NOT NULL,
  request_id text NOT NULL,
  transfer_count integer NOT NULL CHECK (transfer_count > 0),
  detail jsonb NOT NULL DEFAULT '{}',
  xact_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  CONSTRAINT event_key UNIQUE (key)
);
CREATE INDEX event_effective ON ledger.event (effective_at);

CREATE TABLE ledger.transfer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id bigint NOT NULL REFERENCES ledger.event (id),
  seq integer NOT NULL CHECK (seq > 0),
  debit_account bigint NOT NULL,
  credit_account bigint NOT NULL,
  asset text NOT NULL,
  amount_micros bank.positive_micros NOT NULL,
  UNIQUE (event_id, seq),
  CHECK (debit_account <> credit_account),
  -- both legs in the asset of their account
  FOREIGN KEY (debit_account, asset) REFERENCES ledger.account (id, asset),
  FOREIGN KEY (credit_account, asset) REFERENCES ledger.account (id, asset)
);
CREATE INDEX transfer_debit ON ledger.transfer (debit_account);
CREATE INDEX transfer_credit ON ledger.transfer (credit_account);
