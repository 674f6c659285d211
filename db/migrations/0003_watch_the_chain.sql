-- What the chain said (by block hash, so that a reorg replaces nothing) and what the bank wants it to do.
CREATE TABLE chain.block (
  chain_id integer NOT NULL,
  number bigint NOT NULL CHECK (number >= 0),
  hash bank.bytes32 NOT NULL,
  parent_hash bank.bytes32 NOT NULL,
  at timestamptz NOT NULL,
  is_final boolean NOT NULL DEFAULT false,
  PRIMARY KEY (chain_id, hash)
);
CREATE UNIQUE INDEX block_final_number ON chain.block (chain_id, number) WHERE is_final;
CREATE INDEX block_number ON chain.block (chain_id, number);

CREATE TABLE chain.log (
  chain_id integer NOT NULL,
  block_number bigint NOT NULL,
  block_hash bank.bytes32 NOT NULL,
  tx_hash bank.bytes32 NOT NULL,
  log_index integer NOT NULL,
  contract bank.address NOT NULL,
  event text NOT NULL,
  topics jsonb NOT NULL,
  data bank.hex NOT NULL,
  args jsonb NOT NULL,
  at timestamptz NOT NULL,
  settled_at timestamptz,
  PRIMARY KEY (chain_id, block_hash, tx_hash, log_index)
);
CREATE INDEX log_number ON chain.log (chain_id, block_number);
CREATE INDEX log_event ON chain.log (event, block_number);
CREATE INDEX log_tx ON chain.log (tx_hash);

CREATE TABLE chain.cursor (
  name text PRIMARY KEY,
  chain_id integer NOT NULL,
  block_number bigint NOT NULL,
  block_hash bank.bytes32 NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE chain.outbox_intent (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  chain_id integer NOT NULL,
  kind text NOT NULL,
  business_key text NOT NULL UNIQUE,
  sender text NOT NULL CHECK (sender IN ('issuer', 'registrar', 'proposer', 'remitter', 'faucet')),
  to_address bank.address NOT NULL,
  data bank.hex NOT NULL,
  value_wei bank.micros NOT NULL DEFAULT 0,
  after_intent_id uuid REFERENCES chain.outbox_intent (id),
  request_id text NOT NULL,
  state text NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'signed', 'sent', 'mined', 'final', 'reverted', 'cancelled')),
  tx_hash bank.bytes32,
  block_number bigint,
  error text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_intent_open ON chain.outbox_intent (created_at)
  WHERE state IN ('queued', 'signed', 'sent', 'mined');

CREATE TABLE chain.outbox_attempt (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  intent_id uuid NOT NULL REFERENCES chain.outbox_intent (id),
  chain_id integer NOT NULL,
  sender bank.address NOT NULL,
  nonce bigint NOT NULL CHECK (nonce >= 0),
  purpose text NOT NULL CHECK (purpose IN ('send', 'replace', 'cancel')),
  tx_hash bank.bytes32 NOT NULL UNIQUE,
  raw_transaction bank.hex NOT NULL,
  max_fee_per_gas_wei bank.micros NOT NULL,
  max_priority_fee_per_gas_wei bank.micros NOT NULL,
  gas_limit bigint NOT NULL CHECK (gas_limit > 0),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at timestamptz,
  answer text
);
CREATE INDEX outbox_attempt_intent ON chain.outbox_attempt (intent_id);
CREATE INDEX outbox_attempt_nonce ON chain.outbox_attempt (chain_id, sender, nonce);

CREATE TABLE chain.nonce (
  chain_id integer NOT NULL,
  address bank.address NOT NULL,
  sender text NOT NULL CHECK (sender IN ('issuer', 'registrar', 'proposer', 'remitter', 'faucet')),
  next_nonce bigint NOT NULL CHECK (next_nonce >= 0),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (chain_id, address)
);

CREATE TABLE chain.epoch (
  chain_id integer NOT NULL,
  number bigint NOT NULL CHECK (number > 0),
  digest bank.bytes32 NOT NULL,
  state text NOT NULL CHECK (state IN ('proposed', 'final')),
  collected_micros bank.micros NOT NULL,
  distributed_micros bank.micros NOT NULL,
  carried_micros bank.micros NOT NULL,
  supply_micros bank.micros NOT NULL,
  market_micros bank.micros NOT NULL,
  lendable_micros bank.micros NOT NULL,
  data_digest bank.bytes32 NOT NULL,
  books_root bank.bytes32 NOT NULL,
  previous_digest bank.bytes32 NOT NULL,
  parent_block_hash bank.bytes32 NOT NULL,
  proposed_at timestamptz NOT NULL,
  proposed_block bigint NOT NULL,
  proposed_tx bank.bytes32 NOT NULL,
  final_at timestamptz,
  final_block bigint,
  final_tx bank.bytes32,
  signed_weight bank.micros,
  signers jsonb,
  PRIMARY KEY (chain_id, number, digest),
  CHECK ((state = 'final') = (final_tx IS NOT NULL))
);
CREATE UNIQUE INDEX epoch_final ON chain.epoch (chain_id, number) WHERE state = 'final';

CREATE TABLE chain.epoch_attestation (
  chain_id integer NOT NULL,
  epoch_number bigint NOT NULL,
  digest bank.bytes32 NOT NULL,
  operator_id integer NOT NULL,
  signer bank.address NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('signed', 'refused')),
  signature bank.hex,
  findings jsonb NOT NULL DEFAULT '[]',
  at timestamptz NOT NULL DEFAULT bank.now(),
  PRIMARY KEY (chain_id, digest, signer),
  CHECK ((verdict = 'signed') = (signature IS NOT NULL))
);

CREATE TABLE chain.reward (
  chain_id integer NOT NULL,
  block_number bigint NOT NULL,
  block_hash bank.bytes32 NOT NULL,
  tx_hash bank.bytes32 NOT NULL,
  log_index integer NOT NULL,
  at timestamptz NOT NULL,
  operator_id integer NOT NULL,
  epoch_number bigint NOT NULL,
  gross_micros bank.micros NOT NULL,
  operator_fee_micros bank.micros NOT NULL,
  drip_ends_at timestamptz NOT NULL,
  PRIMARY KEY (chain_id, block_hash, log_index)
);

CREATE TABLE chain.payout (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  chain_id integer NOT NULL,
  block_number bigint NOT NULL,
  block_hash bank.bytes32 NOT NULL,
  tx_hash bank.bytes32 NOT NULL,
  log_index integer NOT NULL,
  at timestamptz NOT NULL,
  wallet bank.address NOT NULL,
  wallet_id uuid REFERENCES bank.wallet (id),
  profile_id uuid REFERENCES bank.profile (id),
  payer bank.address NOT NULL,
  operator_id integer NOT NULL,
  gross_micros bank.micros NOT NULL,
  operator_fee_micros bank.micros NOT NULL,
  federal_micros bank.micros NOT NULL,
  state_micros bank.micros NOT NULL,
  local_micros bank.micros NOT NULL,
  net_micros bank.micros NOT NULL,
  rate_class integer NOT NULL,
  rule_version integer NOT NULL,
  epoch_number bigint,
  event_id bigint REFERENCES ledger.event (id),
  UNIQUE (chain_id, block_hash, log_index),
  CONSTRAINT payout_lines_sum_to_gross CHECK (
    gross_micros = operator_fee_micros + federal_micros + state_micros + local_micros + net_micros
  )
);
CREATE INDEX payout_wallet ON chain.payout (wallet, at);
CREATE INDEX payout_profile ON chain.payout (profile_id, at);

CREATE TABLE chain.payout_line (
  payout_id uuid NOT NULL REFERENCES chain.payout (id),
  seq smallint NOT NULL,
  level text NOT NULL CHECK (level IN ('federal', 'state', 'local')),
  jurisdiction text NOT NULL,
  name text NOT NULL,
  statutory_ppm integer NOT NULL,
  withheld_ppm integer NOT NULL,
  amount_micros bank.micros NOT NULL,
  why text NOT NULL,
  source text NOT NULL,
  in_force_from text NOT NULL,
  PRIMARY KEY (payout_id, seq)
);

CREATE TABLE chain.stake_event (
  chain_id integer NOT NULL,
  block_number bigint NOT NULL,
  block_hash bank.bytes32 NOT NULL,
  tx_hash bank.bytes32 NOT NULL,
  log_index integer NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL CHECK (kind IN ('staked', 'unbond_requested', 'withdrawn')),
  wallet bank.address NOT NULL,
  operator_id integer NOT NULL,
  unbond_id numeric(38, 0),
  amount_micros bank.micros NOT NULL,
  earns_from_epoch bigint,
  withdrawable_at timestamptz,
  PRIMARY KEY (chain_id, block_hash, log_index)
);
CREATE INDEX stake_event_wallet ON chain.stake_event (wallet, at);

CREATE TABLE chain.fee (
  chain_id integer NOT NULL,
  block_number bigint NOT NULL,
  block_hash bank.bytes32 NOT NULL,
  tx_hash bank.bytes32 NOT NULL,
  log_index integer NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL
    CHECK (kind IN ('issuance', 'redemption', 'data_validation', 'pledge', 'trading', 'liquidity')),
  payer bank.address NOT NULL,
  amount_micros bank.micros NOT NULL,
  ref bank.bytes32 NOT NULL,
  epoch_number bigint,
  PRIMARY KEY (chain_id, block_hash, log_index)
);
CREATE INDEX fee_at ON chain.fee (at);

CREATE TABLE chain.data_validation (
  chain_id integer NOT NULL,
  block_number bigint NOT NULL,
  block_hash bank.bytes32 NOT NULL,
  tx_hash bank.bytes32 NOT NULL,
  log_index integer NOT NULL,
  at timestamptz NOT NULL,
  validation_id numeric(38, 0) NOT NULL,
  client bank.address NOT NULL,
  data_root bank.bytes32 NOT NULL,
  fee_micros bank.micros NOT NULL,
  PRIMARY KEY (chain_id, block_hash, log_index)
);

CREATE TABLE chain.reserve_attestation (
  chain_id integer NOT NULL,
  block_number bigint NOT NULL,
  block_hash bank.bytes32 NOT NULL,
  tx_hash bank.bytes32 NOT NULL,
  log_index integer NOT NULL,
  at timestamptz NOT NULL,
  market_micros bank.micros NOT NULL,
  lendable_micros bank.micros NOT NULL,
  positions_root bank.bytes32 NOT NULL,
  as_of timestamptz NOT NULL,
  valuer bank.address NOT NULL,
  PRIMARY KEY (chain_id, block_hash, log_index)
);
