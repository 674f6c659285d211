-- The bank itself: who it is, its clock, its people, its controls. Times follow bank.now() unless "real".
CREATE SCHEMA bank;
CREATE SCHEMA ledger;
CREATE SCHEMA chain;

-- 1e-6 of a dollar or token; NaN and Infinity are not money
CREATE DOMAIN bank.micros AS numeric(38, 0) CHECK (VALUE >= 0 AND VALUE <> 'NaN');
CREATE DOMAIN bank.positive_micros AS numeric(38, 0) CHECK (VALUE > 0 AND VALUE <> 'NaN');
CREATE DOMAIN bank.address AS text CHECK (VALUE ~ '^0x[0-9a-f]{40}$');
CREATE DOMAIN bank.bytes32 AS text CHECK (VALUE ~ '^0x[0-9a-f]{64}$');
CREATE DOMAIN bank.hex AS text CHECK (VALUE ~ '^0x([0-9a-f]{2})*$');

CREATE TABLE bank.installation (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  bank_id text NOT NULL CHECK (bank_id <> ''),
  state_code text NOT NULL CHECK (state_code ~ '^[A-Z]{2}$'),
  mode text NOT NULL CHECK (mode IN ('demo', 'production')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE bank.demo_clock (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  offset_seconds bigint NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO bank.demo_clock (offset_seconds) VALUES (0);

CREATE FUNCTION bank.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
  RETURN transaction_timestamp() + (SELECT make_interval(secs => offset_seconds) FROM bank.demo_clock);
CREATE FUNCTION bank.home_bank() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT bank_id FROM bank.installation);
CREATE FUNCTION bank.home_state() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (SELECT state_code FROM bank.installation);

CREATE TABLE bank.switch (
  name text PRIMARY KEY CHECK (name IN ('mint', 'issue', 'stake', 'payout', 'sign_in', 'redeem')),
  is_on boolean NOT NULL DEFAULT true,
  reason text,
  changed_by text NOT NULL DEFAULT 'system:start',
  changed_at timestamptz NOT NULL DEFAULT bank.now()
);
INSERT INTO bank.switch (name) VALUES ('mint'), ('issue'), ('stake'), ('payout'), ('sign_in'), ('redeem');

CREATE TABLE bank.heartbeat (
  process text PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  detail jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE bank.staff (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  username text NOT NULL UNIQUE CHECK (username = lower(username) AND username <> ''),
  display_name text NOT NULL,
  role text NOT NULL CHECK (role IN ('clerk', 'compliance', 'valuer', 'custodian', 'examiner')),
  password_hash text NOT NULL CHECK (password_hash LIKE 'scrypt$%'),
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE bank.person (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  bank_id text NOT NULL DEFAULT bank.home_bank(),
  subsidiary_id text NOT NULL DEFAULT 'main',
  state_code text NOT NULL DEFAULT bank.home_state(),
  kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'organisation')),
  full_name text,
  birth_date_sealed text,
  tax_number_sealed text,
  tax_number_index text,
  address_sealed text,
  residence_state text CHECK (residence_state ~ '^[A-Z]{2}$'),
  county_fips text CHECK (county_fips ~ '^[0-9]{5}$'),
  locality text,
  created_at timestamptz NOT NULL DEFAULT bank.now(),
  updated_at timestamptz NOT NULL DEFAULT bank.now()
);
CREATE UNIQUE INDEX person_tax_number ON bank.person (bank_id, tax_number_index) WHERE tax_number_index IS NOT NULL;

CREATE TABLE bank.profile (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  bank_id text NOT NULL DEFAULT bank.home_bank(),
  subsidiary_id text NOT NULL DEFAULT 'main',
  state_code text NOT NULL DEFAULT bank.home_state(),
  person_id uuid NOT NULL REFERENCES bank.person (id),
  name text NOT NULL DEFAULT 'Personal',
  kind text NOT NULL DEFAULT 'direct' CHECK (kind IN ('direct', 'custodial', 'professional', 'pool')),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
  identity_state text NOT NULL DEFAULT 'none'
    CHECK (identity_state IN ('none', 'submitted', 'approved', 'verified', 'refused', 'refresh_needed')),
  compliance_flag text NOT NULL DEFAULT 'none' CHECK (compliance_flag IN ('none', 'hold', 'block')),
  election jsonb,
  created_at timestamptz NOT NULL DEFAULT bank.now(),
  updated_at timestamptz NOT NULL DEFAULT bank.now()
);
CREATE INDEX profile_person ON bank.profile (person_id);

CREATE TABLE bank.wallet (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL REFERENCES bank.profile (id),
  chain_id integer NOT NULL,
  address bank.address NOT NULL,
  identity_id bank.bytes32 NOT NULL UNIQUE,
  identity_salt bank.bytes32 NOT NULL,
  status text NOT NULL DEFAULT 'new'
    CHECK (status IN ('new', 'registering', 'verified', 'refresh_needed', 'frozen', 'closed')),
  rate_class integer CHECK (rate_class BETWEEN 0 AND 16777215),
  next_rate_class integer CHECK (next_rate_class BETWEEN 0 AND 16777215),
  next_rate_class_epoch bigint,
  expires_at timestamptz,
  last_grant_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT bank.now(),
  UNIQUE (chain_id, address)
);
CREATE INDEX wallet_profile ON bank.wallet (profile_id);

CREATE TABLE bank.identity_application (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL REFERENCES bank.profile (id),
  wallet_id uuid NOT NULL REFERENCES bank.wallet (id),
  state text NOT NULL DEFAULT 'submitted' CHECK (state IN ('submitted', 'approved', 'refused')),
  full_name text NOT NULL,
  birth_date_sealed text NOT NULL,
  tax_number_sealed text NOT NULL,
  tax_number_index text NOT NULL,
  address_sealed text NOT NULL,
  residence_state text NOT NULL CHECK (residence_state ~ '^[A-Z]{2}$'),
  county_fips text NOT NULL CHECK (county_fips ~ '^[0-9]{5}$'),
  locality text,
  election jsonb NOT NULL,
  agreement_version text NOT NULL,
  rate_class integer CHECK (rate_class BETWEEN 0 AND 16777215),
  decided_by uuid REFERENCES bank.staff (id),
  decided_at timestamptz,
  refusal_reason text,
  request_id text NOT NULL,
  submitted_at timestamptz NOT NULL DEFAULT bank.now(),
  CHECK ((state = 'submitted') = (decided_at IS NULL)),
  CHECK ((state = 'refused') = (refusal_reason IS NOT NULL))
);
CREATE UNIQUE INDEX identity_application_open ON bank.identity_application (profile_id) WHERE state = 'submitted';
CREATE INDEX identity_application_queue ON bank.identity_application (state, submitted_at);

CREATE TABLE bank.disclosure_acceptance (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL REFERENCES bank.profile (id),
  document text NOT NULL,
  version text NOT NULL,
  accepted_at timestamptz NOT NULL DEFAULT bank.now()
);

CREATE TABLE bank.notification (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL REFERENCES bank.profile (id),
  kind text NOT NULL,
  params jsonb NOT NULL DEFAULT '{}',
  request_id text NOT NULL,
  is_private boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT bank.now(),
  read_at timestamptz
);
CREATE INDEX notification_profile ON bank.notification (profile_id, created_at DESC);

-- real time from here to rate_window: the demo clock neither ends nor stretches a sign-in
CREATE TABLE bank.session (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('customer', 'staff')),
  profile_id uuid REFERENCES bank.profile (id),
  wallet_id uuid REFERENCES bank.wallet (id),
  staff_id uuid REFERENCES bank.staff (id),
  address bank.address,
  chain_id integer,
  user_agent text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_by text,
  CHECK (kind <> 'customer' OR (profile_id IS NOT NULL AND staff_id IS NULL)),
  CHECK (kind <> 'staff' OR (staff_id IS NOT NULL AND profile_id IS NULL))
);
CREATE INDEX session_profile ON bank.session (profile_id) WHERE revoked_at IS NULL;

CREATE TABLE bank.siwe_nonce (
  nonce text PRIMARY KEY CHECK (length(nonce) >= 16),
  browser_hash text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  used_by bank.address
);

CREATE TABLE bank.rate_window (
  key text PRIMARY KEY,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  count integer NOT NULL DEFAULT 0 CHECK (count >= 0)
);

CREATE TABLE bank.audit_row (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT bank.now(),
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL,
  request_id text NOT NULL,
  command text NOT NULL,
  permission text NOT NULL,
  subject text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_row_subject ON bank.audit_row (subject);
CREATE INDEX audit_row_request ON bank.audit_row (request_id);

CREATE TABLE bank.compliance_decision (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT bank.now(),
  command text NOT NULL,
  profile_id uuid REFERENCES bank.profile (id),
  outcome text NOT NULL CHECK (outcome IN ('allow', 'hold', 'block')),
  rule text NOT NULL,
  amount_micros bank.micros,
  actor text NOT NULL,
  request_id text NOT NULL
);
CREATE INDEX compliance_decision_profile ON bank.compliance_decision (profile_id);

CREATE TABLE bank.approval (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL,
  subject text NOT NULL,
  payload jsonb NOT NULL,
  payload_hash bank.bytes32 NOT NULL,
  state text NOT NULL DEFAULT 'submitted' CHECK (state IN ('submitted', 'approved', 'refused', 'expired')),
  submitted_by text NOT NULL,
  submitted_at timestamptz NOT NULL DEFAULT bank.now(),
  expires_at timestamptz NOT NULL,
  decided_by text,
  decided_at timestamptz,
  reason text,
  request_id text NOT NULL,
  CONSTRAINT approval_two_persons CHECK (decided_by IS DISTINCT FROM submitted_by),
  CHECK ((state IN ('approved', 'refused')) = (decided_by IS NOT NULL))
);
CREATE INDEX approval_open ON bank.approval (submitted_at) WHERE state = 'submitted';

CREATE TABLE bank.reconciliation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT bank.now(),
  block_number bigint NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('equal', 'different')),
  differences jsonb NOT NULL
);

CREATE TABLE bank.collateral_position (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  bank_id text NOT NULL DEFAULT bank.home_bank(),
  subsidiary_id text NOT NULL DEFAULT 'main',
  state_code text NOT NULL DEFAULT bank.home_state(),
  position_id bank.bytes32 NOT NULL UNIQUE,
  profile_id uuid REFERENCES bank.profile (id),
  class smallint NOT NULL CHECK (class BETWEEN 0 AND 10),
  origin text NOT NULL CHECK (origin IN ('exchange', 'pledge')),
  state text NOT NULL DEFAULT 'requested'
    CHECK (state IN ('requested', 'receipted', 'recorded', 'released', 'cancelled')),
  market_micros bank.micros NOT NULL,
  lendable_micros bank.micros NOT NULL,
  cost_micros bank.micros NOT NULL,
  issued_micros bank.micros NOT NULL DEFAULT 0,
  releasing_micros bank.micros NOT NULL DEFAULT 0,
  released_micros bank.micros NOT NULL DEFAULT 0,
  receipt_hash bank.bytes32,
  as_of timestamptz,
  expires_at timestamptz,
  custodian bank.address,
  custodian_signature bank.hex,
  valuer bank.address,
  valuer_signature bank.hex,
  perfection jsonb,
  recorded_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT bank.now(),
  CHECK (lendable_micros <= market_micros),
  CHECK (releasing_micros + released_micros <= market_micros),
  CHECK (state NOT IN ('receipted', 'recorded')
    OR (receipt_hash IS NOT NULL AND custodian_signature IS NOT NULL AND valuer_signature IS NOT NULL)),
  CHECK (custodian IS DISTINCT FROM valuer OR custodian IS NULL)
);
CREATE INDEX collateral_position_oldest ON bank.collateral_position (class, recorded_at) WHERE state = 'recorded';

CREATE TABLE bank.issuance (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  issuance_id bank.bytes32 NOT NULL UNIQUE,
  position_row_id uuid NOT NULL REFERENCES bank.collateral_position (id),
  profile_id uuid NOT NULL REFERENCES bank.profile (id),
  wallet_id uuid NOT NULL REFERENCES bank.wallet (id),
  client_key text NOT NULL CHECK (length(client_key) BETWEEN 8 AND 100),
  state text NOT NULL
    CHECK (state IN ('awaiting_approval', 'requested', 'receipted', 'submitted', 'minted', 'refunded')),
  gross_micros bank.positive_micros NOT NULL,
  fee_micros bank.micros NOT NULL,
  approval_id uuid REFERENCES bank.approval (id),
  record_intent_id uuid,
  mint_intent_id uuid,
  refund_reason text,
  request_id text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT bank.now(),
  minted_at timestamptz,
  chain_id integer,
  block_number bigint,
  tx_hash bank.bytes32,
  UNIQUE (profile_id, client_key),
  CHECK (fee_micros <= gross_micros),
  CHECK ((state = 'minted') = (tx_hash IS NOT NULL)),
  CHECK ((state = 'refunded') = (refund_reason IS NOT NULL))
);
CREATE INDEX issuance_open ON bank.issuance (state, requested_at) WHERE state NOT IN ('minted', 'refunded');

CREATE TABLE bank.redemption (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  redemption_id bank.bytes32 NOT NULL UNIQUE,
  profile_id uuid REFERENCES bank.profile (id),
  wallet_id uuid REFERENCES bank.wallet (id),
  client_key text,
  state text NOT NULL CHECK (state IN ('prepared', 'credited', 'releasing', 'released')),
  gross_micros bank.positive_micros NOT NULL,
  fee_micros bank.micros NOT NULL,
  release_id bank.bytes32 UNIQUE,
  custodian_signature bank.hex,
  release_intent_id uuid,
  request_id text NOT NULL,
  prepared_at timestamptz NOT NULL DEFAULT bank.now(),
  credited_at timestamptz,
  released_at timestamptz,
  chain_id integer,
  block_number bigint,
  tx_hash bank.bytes32,
  UNIQUE (profile_id, client_key),
  CHECK (fee_micros <= gross_micros),
  CHECK ((state = 'prepared') = (tx_hash IS NULL))
);
CREATE INDEX redemption_open ON bank.redemption (state, prepared_at) WHERE state <> 'released';

CREATE TABLE bank.redemption_release (
  redemption_row_id uuid NOT NULL REFERENCES bank.redemption (id),
  position_row_id uuid NOT NULL REFERENCES bank.collateral_position (id),
  amount_micros bank.positive_micros NOT NULL,
  released_at timestamptz,
  PRIMARY KEY (redemption_row_id, position_row_id)
);

CREATE TABLE bank.dollar_transfer (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid NOT NULL REFERENCES bank.profile (id),
  direction text NOT NULL CHECK (direction IN ('in', 'out')),
  rail text NOT NULL CHECK (rail IN ('ach', 'demo')),
  state text NOT NULL DEFAULT 'initiated' CHECK (state IN ('initiated', 'settled', 'returned')),
  -- rails carry whole cents
  amount_micros bank.positive_micros NOT NULL CHECK (amount_micros % 10000 = 0),
  client_key text NOT NULL CHECK (length(client_key) BETWEEN 8 AND 100),
  rail_reference text,
  request_id text NOT NULL,
  initiated_at timestamptz NOT NULL DEFAULT bank.now(),
  settled_at timestamptz,
  UNIQUE (profile_id, client_key)
);
