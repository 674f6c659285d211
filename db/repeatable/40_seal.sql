-- Sealing. The bytes are those of lib/ledger/seal/README.md; lib/ledger/seal/format.ts makes the same ones for whoever
-- checks, and shares nothing with this file.

-- what of an account is not a total
CREATE OR REPLACE FUNCTION ledger.account_standing(account ledger.account) RETURNS jsonb
LANGUAGE sql STABLE SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
  SELECT to_jsonb(account) - 'debits_micros' - 'credits_micros' - 'held_micros'
$$;

CREATE OR REPLACE FUNCTION ledger.note_opened_accounts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO ledger.account_history (account_id, standing)
  SELECT opened.id, ledger.account_standing(account)
  FROM opened JOIN ledger.account ON account.id = opened.id ORDER BY opened.id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER account_opened AFTER INSERT ON ledger.account
  REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION ledger.note_opened_accounts();

CREATE OR REPLACE FUNCTION ledger.note_changed_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO ledger.account_history (account_id, standing) VALUES (NEW.id, ledger.account_standing(NEW));
  RETURN NULL;
END $$;
-- totals move with every posting and are recomputed from the transfers: any other column is a change of standing
DO $$
DECLARE others text;
BEGIN
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO others FROM pg_attribute
  WHERE attrelid = 'ledger.account'::regclass AND attnum > 0 AND NOT attisdropped
    AND attname NOT IN ('debits_micros', 'credits_micros', 'held_micros');
  EXECUTE format('CREATE OR REPLACE TRIGGER account_changed AFTER UPDATE OF %s ON ledger.account
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION ledger.note_changed_account()', others);
END $$;

-- accounts that were opened before there was a history
INSERT INTO ledger.account_history (account_id, standing)
SELECT account.id, ledger.account_standing(account) FROM ledger.account
WHERE NOT EXISTS (SELECT FROM ledger.account_history h WHERE h.account_id = account.id) ORDER BY account.id;

-- a row of the audit is of the transaction that writes it, whatever else is said
CREATE OR REPLACE FUNCTION bank.date_audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.xact_id := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER audit_row_dated BEFORE INSERT ON bank.audit_row
  FOR EACH ROW EXECUTE FUNCTION bank.date_audit_row();

CREATE OR REPLACE FUNCTION ledger.seal_instant(moment timestamptz) RETURNS text LANGUAGE sql STABLE
  RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- what of an event is between the bank and its customer
CREATE OR REPLACE FUNCTION ledger.seal_content(key text, subject text, actor text, request_id text, payload_hash bytea,
  detail jsonb) RETURNS text LANGUAGE sql STABLE RETURN
  array_to_json(ARRAY[key, subject, actor, request_id, encode(payload_hash, 'hex'), detail::text])::text;

-- all of an audit row is
CREATE OR REPLACE FUNCTION ledger.seal_audit(happened timestamptz, written timestamptz, actor text, request_id text,
  command text, permission text, subject text, detail jsonb) RETURNS text LANGUAGE sql STABLE RETURN
  array_to_json(ARRAY[ledger.seal_instant(happened), ledger.seal_instant(written), actor, request_id, command, permission,
    subject, detail::text])::text;

CREATE OR REPLACE FUNCTION ledger.seal_blind(salt bytea, rank integer, id bigint) RETURNS bytea
LANGUAGE sql STABLE RETURN sha256(salt || '\x03'::bytea || int4send(rank) || int8send(id));

-- the hash of what only the bank and the customer may read, under a blind of its own
CREATE OR REPLACE FUNCTION ledger.seal_private(salt bytea, rank integer, id bigint, content text) RETURNS text
LANGUAGE sql STABLE RETURN encode(sha256('\x04'::bytea
  || ledger.seal_blind(salt, rank, id) || convert_to(content, 'UTF8')), 'hex');

-- stands in every header, so that the bank cannot claim another salt later
CREATE OR REPLACE FUNCTION ledger.seal_salt_hash(p_period bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  RETURN (SELECT encode(sha256('\x05'::bytea || salt), 'hex') FROM ledger.seal_salt WHERE period = p_period);

-- What one customer's accounts are called in the batches of these periods, for the proof that they are counted. The salt
-- itself stays with the bank, so nobody learns another's name from it.
CREATE OR REPLACE FUNCTION ledger.account_names(p_profile uuid, p_periods bigint[])
RETURNS TABLE (account_id bigint, period bigint, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.id, s.period, encode(substr(sha256(s.salt || '\x02'::bytea || int8send(a.id)), 1, 20), 'hex')
  FROM ledger.account a CROSS JOIN ledger.seal_salt s WHERE a.profile_id = p_profile AND s.period = ANY (p_periods)
$$;

-- the leaves of the transactions in [from, to), in their order
CREATE OR REPLACE FUNCTION ledger.seal_leaves(p_from xid8, p_to xid8, p_salt bytea)
RETURNS TABLE (xact_id xid8, rank integer, id bigint, line text) LANGUAGE sql STABLE AS $$
  WITH entry AS MATERIALIZED (
    SELECT * FROM ledger.event e WHERE e.xact_id >= p_from AND e.xact_id < p_to
  ), leg AS MATERIALIZED (
    -- numbers of events follow transactions closely: without the bounds every batch would read all transfers
    SELECT t.event_id, t.seq, t.asset, t.amount_micros, t.debit_account, t.credit_account
    FROM entry JOIN ledger.transfer t ON t.event_id = entry.id
    WHERE t.event_id >= (SELECT min(id) FROM entry) AND t.event_id <= (SELECT max(id) FROM entry)
  ), hold AS MATERIALIZED (
    SELECT p.* FROM entry JOIN ledger.pending p ON p.event_id = entry.id WHERE entry.pending_count > 0
  ), changed AS MATERIALIZED (
    SELECT h.id, h.account_id, h.standing, h.xact_id
    FROM ledger.account_history h WHERE h.xact_id >= p_from AND h.xact_id < p_to
  ), named AS MATERIALIZED (
    SELECT account.id, ',' || to_json(account.class)::text || ',"'
      || encode(substr(sha256(p_salt || '\x02'::bytea || int8send(account.id)), 1, 20), 'hex') || '"' AS name
    FROM ledger.account WHERE account.id IN (
      SELECT debit_account FROM leg UNION SELECT credit_account FROM leg UNION SELECT debit_account FROM hold
      UNION SELECT credit_account FROM hold UNION SELECT account_id FROM changed)
  ), written AS (
    SELECT leg.event_id, 1 AS part, leg.seq, '["transfer","' || leg.seq || '",' || to_json(leg.asset)::text || ',"'
      || leg.amount_micros || '"' || debit.name || credit.name || ']' AS line
    FROM leg JOIN named debit ON debit.id = leg.debit_account JOIN named credit ON credit.id = leg.credit_account
    UNION ALL
    SELECT hold.event_id, 2, hold.seq, '["hold","' || hold.seq || '",' || to_json(hold.asset)::text || ',"'
      || hold.amount_micros || '"' || debit.name || credit.name || ',"' || hold.id || '","'
      || ledger.seal_instant(hold.expires_at) || '"]'
    FROM hold JOIN named debit ON debit.id = hold.debit_account JOIN named credit ON credit.id = hold.credit_account
    UNION ALL
    SELECT r.event_id, 3, r.seq, '["end","' || r.seq || '","' || r.pending_id || '",' || to_json(r.kind)::text || ',"'
      || coalesce(r.transfer_seq::text, '') || '"]'
    FROM entry JOIN ledger.resolution r ON r.event_id = entry.id WHERE entry.resolution_count > 0
  ), moved AS MATERIALIZED (
    SELECT written.event_id, string_agg(written.line, ',' ORDER BY written.part, written.seq) AS lines
    FROM written GROUP BY written.event_id
  )
  SELECT changed.xact_id, 0, changed.id, '["account","' || changed.id || '","' || changed.xact_id || '"' || named.name
    || ',' || to_json(changed.standing ->> 'bank_id')::text || ',' || to_json(changed.standing ->> 'subsidiary_id')::text
    || ',' || to_json(changed.standing ->> 'state_code')::text
    || ',"' || ledger.seal_private(p_salt, 0, changed.id, changed.standing::text) || '"]'
  FROM changed JOIN named ON named.id = changed.account_id
  UNION ALL
  SELECT entry.xact_id, 1, entry.id, '["event","' || entry.id || '","' || entry.xact_id || '",' || to_json(entry.kind)::text
    || ',"' || ledger.seal_instant(entry.effective_at) || '","' || ledger.seal_instant(entry.recorded_at)
    || '","' || coalesce(entry.corrects::text, '') || '","' || CASE WHEN entry.is_refund THEN 'refund' ELSE '' END || '","'
    || ledger.seal_private(p_salt, 1, entry.id, ledger.seal_content(entry.key, entry.subject, entry.actor,
         entry.request_id, entry.payload_hash, entry.detail))
    || '",[' || coalesce(moved.lines, '') || ']]'
  FROM entry LEFT JOIN moved ON moved.event_id = entry.id
  UNION ALL
  SELECT r.xact_id, 2, r.id, '["audit","' || r.id || '","' || r.xact_id || '","' || ledger.seal_private(p_salt, 2, r.id,
    ledger.seal_audit(r.at, r.written_at, r.actor, r.request_id, r.command, r.permission, r.subject, r.detail)) || '"]'
  FROM bank.audit_row r WHERE r.xact_id >= p_from AND r.xact_id < p_to
$$;

-- RFC 6962's tree over hashes of 32 bytes that stand one after the other
CREATE OR REPLACE FUNCTION ledger.merkle_root(hashes bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  n integer := octet_length(hashes) / 32;
  above bytea;
BEGIN
  WHILE n > 1 LOOP
    SELECT string_agg(sha256('\x01'::bytea || substr(hashes, 64 * i + 1, 64)), ''::bytea ORDER BY i) INTO above
    FROM generate_series(0, n / 2 - 1) AS i;
    IF n % 2 = 1 THEN above := above || substr(hashes, 32 * (n - 1) + 1, 32); END IF;
    hashes := above;
    n := (n + 1) / 2;
  END LOOP;
  RETURN hashes;
END $$;

-- The next batch, of at most `most` leaves unless one transaction has more: its number; null when there is nothing to
-- seal or somebody else is sealing. Transactions below the oldest one under way are over, so that none joins them later.
CREATE OR REPLACE FUNCTION ledger.seal_next(p_period bigint, most integer DEFAULT 65536) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
DECLARE
  v_bound xid8;
  v_last ledger.seal;
  v_from xid8;
  v_first xid8;
  v_cut xid8;
  v_period bigint;
  v_salt bytea;
  v_number bigint;
  v_hashes bytea;
  v_first_leaf integer;
  v_roots bytea[] := '{}';
  v_counts integer[] := '{}';
  v_xacts xid8[];
  v_ranks integer[];
  v_ids bigint[];
  v_root bytea;
  v_count integer;
  v_at timestamptz;
  v_header text;
  v_nodes bytea;
  v_head bytea;
  v_node bytea;
  v_level integer := 0;
  v_rest bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(7465005) THEN RETURN NULL; END IF;
  v_bound := pg_snapshot_xmin(pg_current_snapshot());
  SELECT * INTO v_last FROM ledger.seal ORDER BY number DESC LIMIT 1;
  v_from := coalesce(v_last.to_xact, '0'::xid8);
  v_number := coalesce(v_last.number, 0) + 1;

  SELECT xact_id INTO v_first FROM (
    (SELECT e.xact_id FROM ledger.event e WHERE e.xact_id >= v_from ORDER BY e.xact_id LIMIT 1)
    UNION ALL
    (SELECT h.xact_id FROM ledger.account_history h WHERE h.xact_id >= v_from ORDER BY h.xact_id LIMIT 1)
    UNION ALL
    (SELECT r.xact_id FROM bank.audit_row r WHERE r.xact_id >= v_from ORDER BY r.xact_id LIMIT 1)
  ) AS earliest ORDER BY xact_id LIMIT 1;
  IF v_first IS NULL OR v_first >= v_bound THEN RETURN NULL; END IF;
  SELECT xact_id INTO v_cut FROM (
    (SELECT e.xact_id FROM ledger.event e WHERE e.xact_id >= v_from AND e.xact_id < v_bound
     ORDER BY e.xact_id LIMIT most + 1)
    UNION ALL
    (SELECT h.xact_id FROM ledger.account_history h WHERE h.xact_id >= v_from AND h.xact_id < v_bound
     ORDER BY h.xact_id LIMIT most + 1)
    UNION ALL
    (SELECT r.xact_id FROM bank.audit_row r WHERE r.xact_id >= v_from AND r.xact_id < v_bound
     ORDER BY r.xact_id LIMIT most + 1)
  ) AS waiting ORDER BY xact_id OFFSET most LIMIT 1;
  IF FOUND THEN
    v_bound := CASE WHEN v_cut > v_first THEN v_cut ELSE (v_cut::text::bigint + 1)::text::xid8 END;
  END IF;

  -- a period never comes back: its salt would hide nothing any more
  v_period := greatest(p_period, v_last.period);
  INSERT INTO ledger.seal_salt (period, salt)
  VALUES (v_period, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))
  ON CONFLICT (period) DO NOTHING;
  SELECT salt INTO STRICT v_salt FROM ledger.seal_salt WHERE period = v_period;

  -- one order for all four, so that the leaves are sorted once
  SELECT count(*), string_agg(leaf.hash, ''::bytea ORDER BY leaf.xact_id, leaf.rank, leaf.id),
         array_agg(leaf.xact_id ORDER BY leaf.xact_id, leaf.rank, leaf.id),
         array_agg(leaf.rank ORDER BY leaf.xact_id, leaf.rank, leaf.id),
         array_agg(leaf.id ORDER BY leaf.xact_id, leaf.rank, leaf.id)
  INTO v_count, v_hashes, v_xacts, v_ranks, v_ids
  FROM (
    SELECT made.xact_id, made.rank, made.id, sha256('\x00'::bytea || convert_to(made.line, 'UTF8')) AS hash
    FROM ledger.seal_leaves(v_from, v_bound, v_salt) AS made OFFSET 0
  ) AS leaf;
  FOR v_first_leaf IN SELECT generate_series(0, v_count - 1, 1024) LOOP
    v_roots := v_roots || ledger.merkle_root(substr(v_hashes, 32 * v_first_leaf + 1, 32 * 1024));
    v_counts := v_counts || least(1024, v_count - v_first_leaf);
  END LOOP;
  SELECT ledger.merkle_root(string_agg(root, ''::bytea ORDER BY nr)) INTO v_root
  FROM unnest(v_roots) WITH ORDINALITY AS chunk (root, nr);

  v_at := bank.now();
  v_header := '["granary.seal.1",' || to_json(bank.home_bank())::text || ',"' || v_number || '","' || v_period || '","'
    || encode(sha256('\x05'::bytea || v_salt), 'hex') || '","' || v_from || '","' || v_bound || '","' || v_count || '","'
    || encode(v_root, 'hex') || '","' || ledger.seal_instant(v_at) || '"]';
  v_node := sha256('\x00'::bytea || convert_to(v_header, 'UTF8'));
  v_nodes := v_node;
  WHILE v_number % (1::bigint << v_level + 1) = 0 LOOP
    SELECT sha256('\x01'::bytea || substr(nodes, 32 * v_level + 1, 32) || v_node) INTO STRICT v_node
    FROM ledger.seal WHERE number = v_number - (1::bigint << v_level);
    v_nodes := v_nodes || v_node;
    v_level := v_level + 1;
  END LOOP;
  -- the head joins the complete subtrees, from the smallest at the end to the largest at the beginning
  v_head := v_node;
  v_rest := v_number - (1::bigint << v_level);
  WHILE v_rest > 0 LOOP
    v_level := v_level + 1;
    IF (v_rest / (1::bigint << v_level)) % 2 = 1 THEN
      SELECT sha256('\x01'::bytea || substr(nodes, 32 * v_level + 1, 32) || v_head) INTO STRICT v_head
      FROM ledger.seal WHERE number = v_rest;
      v_rest := v_rest - (1::bigint << v_level);
    END IF;
  END LOOP;

  INSERT INTO ledger.seal (number, period, from_xact, to_xact, leaf_count, root, sealed_at, nodes, head)
  VALUES (v_number, v_period, v_from, v_bound, v_count, v_root, v_at, v_nodes, v_head);
  INSERT INTO ledger.seal_chunk (seal, place, leaf_count, root, first_xact, first_rank, first_id)
  SELECT v_number, chunk.nr - 1, chunk.leaf_count, chunk.root, v_xacts[1024 * chunk.nr - 1023],
    v_ranks[1024 * chunk.nr - 1023], v_ids[1024 * chunk.nr - 1023]
  FROM unnest(v_counts, v_roots) WITH ORDINALITY AS chunk (leaf_count, root, nr) ORDER BY chunk.nr;
  RETURN v_number;
END $$;

-- The chunk in which an event is sealed, for its proof: hashes of all its leaves, the bytes of none but its own.
CREATE OR REPLACE FUNCTION ledger.sealed_chunk(p_event bigint)
RETURNS TABLE (seal bigint, place integer, nr integer, hash bytea, line text, content text, blind bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_event ledger.event;
  v_seal ledger.seal;
  v_chunk ledger.seal_chunk;
  v_next ledger.seal_chunk;
  v_salt bytea;
BEGIN
  SELECT * INTO v_event FROM ledger.event e WHERE e.id = p_event;
  SELECT * INTO v_seal FROM ledger.seal s WHERE s.to_xact > v_event.xact_id ORDER BY s.to_xact LIMIT 1;
  IF v_seal.number IS NULL THEN RETURN; END IF;
  SELECT * INTO v_chunk FROM ledger.seal_chunk c WHERE c.seal = v_seal.number
    AND (c.first_xact, c.first_rank, c.first_id) <= (v_event.xact_id, 1, v_event.id) ORDER BY c.place DESC LIMIT 1;
  SELECT * INTO v_next FROM ledger.seal_chunk c WHERE c.seal = v_seal.number AND c.place = v_chunk.place + 1;
  SELECT s.salt INTO STRICT v_salt FROM ledger.seal_salt s WHERE s.period = v_seal.period;
  RETURN QUERY
    SELECT v_seal.number, v_chunk.place, (row_number() OVER (ORDER BY one.xact_id, one.rank, one.id) - 1)::integer,
      sha256('\x00'::bytea || convert_to(one.line, 'UTF8')), own.line,
      CASE WHEN own.line IS NOT NULL THEN ledger.seal_content(v_event.key, v_event.subject, v_event.actor,
        v_event.request_id, v_event.payload_hash, v_event.detail) END,
      CASE WHEN own.line IS NOT NULL THEN ledger.seal_blind(v_salt, 1, p_event) END
    FROM ledger.seal_leaves(v_chunk.first_xact, coalesce((v_next.first_xact::text::bigint + 1)::text::xid8, v_seal.to_xact),
      v_salt) AS one
    LEFT JOIN LATERAL (SELECT one.line WHERE one.rank = 1 AND one.id = p_event) AS own ON true
    WHERE (one.xact_id, one.rank, one.id) >= (v_chunk.first_xact, v_chunk.first_rank, v_chunk.first_id)
      AND (v_next.seal IS NULL
        OR (one.xact_id, one.rank, one.id) < (v_next.first_xact, v_next.first_rank, v_next.first_id));
END $$;
