-- Operators as the chain knows them, what each did in every epoch, and what the bank certified and why.
ALTER TABLE chain.outbox_intent DROP CONSTRAINT outbox_intent_sender_check, ADD CONSTRAINT outbox_intent_sender_check
  CHECK (sender IN ('issuer', 'registrar', 'proposer', 'remitter', 'faucet', 'certifier'));
ALTER TABLE chain.nonce DROP CONSTRAINT nonce_sender_check, ADD CONSTRAINT nonce_sender_check
  CHECK (sender IN ('issuer', 'registrar', 'proposer', 'remitter', 'faucet', 'certifier'));

INSERT INTO ledger.account_class (class, asset, side, is_memo, is_clearing, is_customer, is_mirror) VALUES
  ('operator_bond', 'TOKEN', 'credit', true, false, false, false),
  ('canary_pot', 'TOKEN', 'credit', true, false, false, false),
  ('slashed_token', 'TOKEN', 'credit', true, true, false, false);

CREATE TABLE chain.operator (
  chain_id integer NOT NULL,
  operator_id integer NOT NULL CHECK (operator_id > 0),
  state text NOT NULL
    CHECK (state IN ('approved', 'bonded', 'active', 'exiting', 'exited', 'jailed', 'revoked')),
  affiliated boolean NOT NULL DEFAULT false,
  seated boolean NOT NULL DEFAULT false,
  strikes integer NOT NULL DEFAULT 0 CHECK (strikes >= 0),
  controller bank.address NOT NULL,
  owner_hash bank.bytes32 NOT NULL,
  signer bank.address,
  node bank.address,
  payout_wallet bank.address,
  commission_bps integer NOT NULL DEFAULT 0,
  is_open boolean NOT NULL DEFAULT false,
  bond_micros bank.micros NOT NULL DEFAULT 0 CHECK (bond_micros >= 0),
  certified_until timestamptz,
  order_hash bank.bytes32,
  state_since timestamptz NOT NULL,
  entered_at timestamptz NOT NULL,
  PRIMARY KEY (chain_id, operator_id)
);

CREATE TABLE chain.operator_application (
  chain_id integer NOT NULL,
  controller bank.address NOT NULL,
  owner_hash bank.bytes32 NOT NULL,
  signer bank.address NOT NULL,
  node bank.address NOT NULL,
  payout_wallet bank.address NOT NULL,
  commission_bps integer NOT NULL,
  state text NOT NULL CHECK (state IN ('applied', 'withdrawn', 'approved')),
  operator_id integer,
  applied_at timestamptz NOT NULL,
  PRIMARY KEY (chain_id, controller)
);

CREATE TABLE chain.operator_change (
  chain_id integer NOT NULL,
  operator_id integer NOT NULL,
  signer bank.address,
  node bank.address,
  PRIMARY KEY (chain_id, operator_id)
);

CREATE TABLE chain.operator_history (
  chain_id integer NOT NULL,
  block_number bigint NOT NULL,
  block_hash bank.bytes32 NOT NULL,
  tx_hash bank.bytes32 NOT NULL,
  log_index integer NOT NULL,
  at timestamptz NOT NULL,
  operator_id integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('certified', 'state', 'struck', 'slashed', 'revoked', 'changed', 'double_sign')),
  state text,
  reason text,
  strikes integer,
  certified_until timestamptz,
  from_bond_micros bank.micros,
  from_stake_micros bank.micros,
  PRIMARY KEY (chain_id, block_hash, log_index)
);
CREATE INDEX operator_history_operator ON chain.operator_history (operator_id, block_number, log_index);

CREATE TABLE chain.epoch_vote (
  chain_id integer NOT NULL,
  epoch_number bigint NOT NULL,
  digest bank.bytes32 NOT NULL,
  operator_id integer NOT NULL,
  entries_seal bank.bytes32 NOT NULL,
  committed_at timestamptz,
  revealed_at timestamptz,
  verdict text CHECK (verdict IN ('agreed', 'refused', 'wrong')),
  reason text,
  signed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (chain_id, digest, operator_id)
);
CREATE INDEX epoch_vote_operator ON chain.epoch_vote (operator_id, epoch_number);

CREATE TABLE chain.canary (
  chain_id integer NOT NULL,
  digest bank.bytes32 NOT NULL,
  epoch_number bigint NOT NULL,
  struck jsonb NOT NULL,
  paid jsonb NOT NULL,
  reward_each_micros bank.micros NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (chain_id, digest)
);

-- Who asks to be certified for what; later wallets and subsidiaries by the same rows.
CREATE TABLE bank.certification (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('validator', 'wallet', 'subsidiary')),
  name text NOT NULL CHECK (length(name) BETWEEN 3 AND 80),
  controller bank.address NOT NULL,
  owner_hash bank.bytes32 NOT NULL,
  affiliated boolean NOT NULL,
  signer bank.address NOT NULL,
  node bank.address NOT NULL,
  state text NOT NULL DEFAULT 'applied' CHECK (state IN ('applied', 'approved', 'refused', 'revoked')),
  operator_id integer,
  why text,
  applied_by text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT bank.now(),
  request_id text NOT NULL
);
CREATE UNIQUE INDEX certification_owner ON bank.certification (kind, owner_hash) WHERE state IN ('applied', 'approved');
CREATE UNIQUE INDEX certification_controller ON bank.certification (kind, controller) WHERE state IN ('applied', 'approved');
CREATE UNIQUE INDEX certification_operator ON bank.certification (operator_id) WHERE operator_id IS NOT NULL;

CREATE TABLE bank.certification_evidence (
  certification_id uuid NOT NULL REFERENCES bank.certification (id),
  kind text NOT NULL CHECK (kind IN ('owner', 'keys', 'insurance', 'hosting', 'security')),
  digest bank.bytes32 NOT NULL,
  title text NOT NULL CHECK (length(title) BETWEEN 3 AND 120),
  PRIMARY KEY (certification_id, kind, digest)
);

-- Append-only: a later look at the same thing is a later row.
CREATE TABLE bank.certification_check (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  certification_id uuid NOT NULL REFERENCES bank.certification (id),
  name text NOT NULL CHECK (name IN ('owner', 'independence', 'keys', 'insurance', 'hosting', 'security')),
  outcome text NOT NULL CHECK (outcome IN ('passed', 'failed')),
  note text,
  checked_by text NOT NULL,
  at timestamptz NOT NULL DEFAULT bank.now(),
  request_id text NOT NULL
);
CREATE INDEX certification_check_of ON bank.certification_check (certification_id, name, id);

-- One row for every call that the certifier's key may sign; the signer compares the call with it.
CREATE TABLE bank.certification_act (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  certification_id uuid REFERENCES bank.certification (id),
  kind text NOT NULL CHECK (kind IN ('approve', 'renew', 'revoke', 'reinstate')),
  operator_id integer,
  controller bank.address,
  owner_hash bank.bytes32,
  affiliated boolean,
  certified_until timestamptz,
  order_hash bank.bytes32,
  reason text NOT NULL CHECK (length(reason) >= 3),
  approval_id uuid NOT NULL REFERENCES bank.approval (id),
  intent_id uuid REFERENCES chain.outbox_intent (id),
  asked_by text NOT NULL,
  at timestamptz NOT NULL DEFAULT bank.now(),
  CHECK (CASE kind
    WHEN 'approve' THEN certification_id IS NOT NULL AND controller IS NOT NULL AND owner_hash IS NOT NULL
      AND affiliated IS NOT NULL AND certified_until IS NOT NULL
    WHEN 'renew' THEN operator_id IS NOT NULL AND affiliated IS NOT NULL AND certified_until IS NOT NULL
    WHEN 'revoke' THEN operator_id IS NOT NULL AND order_hash IS NOT NULL
    ELSE operator_id IS NOT NULL END)
);
CREATE UNIQUE INDEX certification_act_intent ON bank.certification_act (intent_id);
CREATE UNIQUE INDEX certification_act_approval ON bank.certification_act (approval_id);
