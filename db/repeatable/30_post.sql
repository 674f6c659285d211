-- The one door: N events in one statement, answered one row an item. An item is one event, all of it or none:
-- {key, kind, subject, actor, requestId, effectiveAt?, detail?, linked?, corrects?, refund?,
--  transfers?: [{asset, amount, upTo?, debit: ref, credit: ref}], holds?: [{asset, amount, debit, credit, expiresAt}],
--  ends?: [{hold: key of the event that opened it, seq?, as: post | void | expire, amount?}]}
-- ref = {class, owner?, profileId?}; amount = digits; upTo: that much, or as much as can be used. `linked` binds an item to
-- the next: a chain stands or falls together. The outcome is that of one item after the other; an item that is refused
-- touches no other. Locks: accounts by id, then keys.
CREATE OR REPLACE FUNCTION ledger.most_items() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 10000';

-- which fields of a payload are not those of the event that its key already stands for
CREATE OR REPLACE FUNCTION ledger.what_differs(event_id bigint, item jsonb) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(concat_ws(', ',
    CASE WHEN e.kind IS DISTINCT FROM item ->> 'kind' THEN 'kind' END,
    CASE WHEN e.subject IS DISTINCT FROM item ->> 'subject' THEN 'subject' END,
    CASE WHEN CASE WHEN item ? 'effectiveAt' THEN NOT pg_input_is_valid(item ->> 'effectiveAt', 'timestamptz')
                OR e.effective_at IS DISTINCT FROM (item ->> 'effectiveAt')::timestamptz
              ELSE e.effective_at <> e.recorded_at END THEN 'effectiveAt' END,
    CASE WHEN e.detail IS DISTINCT FROM coalesce(item -> 'detail', '{}') THEN 'detail' END,
    CASE WHEN (SELECT o.key FROM ledger.event o WHERE o.id = e.corrects) IS DISTINCT FROM item ->> 'corrects'
           OR e.is_refund IS DISTINCT FROM coalesce(item -> 'refund' = 'true', false) THEN 'corrects' END,
    CASE WHEN (SELECT coalesce(jsonb_agg(jsonb_build_array(d.class, d.owner, c.class, c.owner, t.asset, t.amount_micros::text) ORDER BY t.seq), '[]')
               FROM ledger.transfer t JOIN ledger.account d ON d.id = t.debit_account JOIN ledger.account c ON c.id = t.credit_account
               WHERE t.event_id = e.id AND t.seq <= (SELECT count(*) FROM ledger.transfer a WHERE a.event_id = e.id)
                 - (SELECT count(*) FROM ledger.resolution r WHERE r.event_id = e.id AND r.kind = 'post'))
           IS DISTINCT FROM
              (SELECT coalesce(jsonb_agg(jsonb_build_array(t #>> '{debit,class}', coalesce(t #>> '{debit,owner}', ''),
                t #>> '{credit,class}', coalesce(t #>> '{credit,owner}', ''), t ->> 'asset', t ->> 'amount') ORDER BY seq), '[]')
               FROM jsonb_array_elements(CASE jsonb_typeof(item -> 'transfers') WHEN 'array' THEN item -> 'transfers' ELSE '[]' END)
               WITH ORDINALITY AS x (t, seq)) THEN 'transfers' END,
    CASE WHEN e.pending_count <> CASE jsonb_typeof(item -> 'holds') WHEN 'array' THEN jsonb_array_length(item -> 'holds') ELSE 0 END
      OR EXISTS (SELECT FROM ledger.pending p WHERE p.event_id = e.id AND (p.amount_micros::text IS DISTINCT FROM
        item #>> ARRAY['holds', (p.seq - 1)::text, 'amount'])) THEN 'holds' END,
    CASE WHEN e.resolution_count <> CASE jsonb_typeof(item -> 'ends') WHEN 'array' THEN jsonb_array_length(item -> 'ends') ELSE 0 END
      THEN 'ends' END), ''), 'payload')
  FROM ledger.event e WHERE e.id = event_id
$$;

-- Accounts open by first use: the bank's own, mirrors of the chain, and a customer's with the profile they hang on.
CREATE OR REPLACE FUNCTION ledger.open_accounts(items jsonb) RETURNS void
LANGUAGE sql AS $$
  WITH ref AS (
    SELECT DISTINCT ON (r.ref ->> 'class', leg ->> 'asset', coalesce(r.ref ->> 'owner', ''))
      r.ref ->> 'class' AS class, leg ->> 'asset' AS asset, coalesce(r.ref ->> 'owner', '') AS owner,
      CASE WHEN pg_input_is_valid(r.ref ->> 'profileId', 'uuid') THEN (r.ref ->> 'profileId')::uuid END AS profile_id
    FROM jsonb_array_elements(items) AS item
    CROSS JOIN LATERAL (VALUES (item -> 'transfers'), (item -> 'holds')) AS part (list)
    CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(part.list) WHEN 'array' THEN part.list ELSE '[]' END) AS leg
    CROSS JOIN LATERAL (VALUES (leg -> 'debit'), (leg -> 'credit')) AS r (ref)
    ORDER BY 1, 2, 3, r.ref ->> 'profileId' NULLS LAST
  )
  INSERT INTO ledger.account (class, asset, side, is_clearing, is_customer, is_mirror, owner, profile_id,
                              bank_id, subsidiary_id, state_code)
  SELECT ref.class, ref.asset, kind.side, kind.is_clearing, kind.is_customer, kind.is_mirror, ref.owner, profile.id,
    coalesce(profile.bank_id, bank.home_bank()), coalesce(profile.subsidiary_id, 'main'),
    coalesce(profile.state_code, bank.home_state())
  FROM ref JOIN ledger.account_class kind ON kind.class = ref.class AND kind.asset = ref.asset
  LEFT JOIN bank.profile ON profile.id = ref.profile_id
  WHERE length(ref.owner) <= 300
    AND (ref.profile_id IS NULL) = (profile.id IS NULL)
    AND (NOT kind.is_customer OR kind.is_mirror OR profile.id IS NOT NULL)
    AND (kind.class <> 'dollar_deposit' OR ref.owner = 'profile:' || profile.id)
    AND NOT EXISTS (SELECT FROM ledger.account a WHERE a.class = ref.class AND a.asset = ref.asset AND a.owner = ref.owner)
  ORDER BY ref.class, ref.asset, ref.owner
  ON CONFLICT (class, asset, owner) DO NOTHING
$$;

-- What only shows when its turn has come: as much as can be used, the hold that ends, the event that is corrected.
CREATE OR REPLACE FUNCTION ledger.settle_late(item jsonb, at integer, l_item integer[], l_seq integer[],
  INOUT l_debit bigint[], INOUT l_credit bigint[], INOUT l_asset text[], INOUT l_amount numeric[], l_up_to boolean[],
  r_item integer[], r_seq integer[], INOUT r_pending bigint[], r_kind text[], r_leg integer[], OUT original bigint)
LANGUAGE plpgsql AS $$
DECLARE
  v_free numeric;
  v_hold ledger.pending;
  v_end jsonb;
BEGIN
  IF item ? 'corrects' THEN
    SELECT e.id INTO original FROM ledger.event e WHERE e.key = item ->> 'corrects';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'corrects: %', item ->> 'corrects' USING ERRCODE = 'GR004', DETAIL = 'original_unknown';
    END IF;
  END IF;
  FOR i IN 1 .. coalesce(cardinality(r_item), 0) LOOP
    CONTINUE WHEN r_item[i] <> at;
    v_end := item #> ARRAY['ends', (r_seq[i] - 1)::text];
    SELECT p.* INTO v_hold FROM ledger.event o JOIN ledger.pending p ON p.event_id = o.id AND p.seq::text = coalesce(v_end ->> 'seq', '1')
    WHERE o.key = v_end ->> 'hold';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'end %', r_seq[i] USING ERRCODE = 'GR004', DETAIL = 'hold_unknown';
    END IF;
    r_pending[i] := v_hold.id;
    IF EXISTS (SELECT FROM ledger.resolution r WHERE r.pending_id = v_hold.id) THEN
      RAISE EXCEPTION 'end %', r_seq[i] USING ERRCODE = 'GR004', DETAIL = 'hold_resolved';
    END IF;
    CONTINUE WHEN r_leg[i] IS NULL;
    IF v_end ? 'amount' AND (jsonb_typeof(v_end -> 'amount') <> 'string' OR v_end ->> 'amount' !~ '^[1-9][0-9]{0,37}$') THEN
      RAISE EXCEPTION 'end %', r_seq[i] USING ERRCODE = 'GR004', DETAIL = 'amount_malformed';
    END IF;
    FOR j IN 1 .. cardinality(l_item) LOOP
      CONTINUE WHEN l_item[j] <> at OR l_seq[j] <> r_leg[i];
      l_debit[j] := v_hold.debit_account;
      l_credit[j] := v_hold.credit_account;
      l_asset[j] := v_hold.asset;
      l_amount[j] := coalesce((v_end ->> 'amount')::numeric, v_hold.amount_micros);
    END LOOP;
  END LOOP;
  FOR i IN 1 .. coalesce(cardinality(l_item), 0) LOOP
    CONTINUE WHEN l_item[i] <> at OR NOT l_up_to[i];
    -- what the accounts that give can give, after the lines before this one
    SELECT min(CASE a.side WHEN 'credit' THEN t.credits_micros - t.debits_micros - a.held_micros
                           ELSE t.debits_micros - t.credits_micros END
      + (SELECT coalesce(sum(CASE WHEN (b.debit = a.id) = (a.side = 'debit') THEN b.amount ELSE -b.amount END), 0)
         FROM unnest(l_item, l_seq, l_debit, l_credit, l_amount) AS b (item, seq, debit, credit, amount)
         WHERE b.item = at AND b.seq < l_seq[i] AND a.id IN (b.debit, b.credit)))
    INTO v_free FROM ledger.account a CROSS JOIN LATERAL ledger.totals_of(a.id) t
    WHERE NOT a.is_clearing AND ((a.id = l_debit[i] AND a.side = 'credit') OR (a.id = l_credit[i] AND a.side = 'debit'));
    l_amount[i] := least((item #>> ARRAY['transfers', (l_seq[i] - 1)::text, 'amount'])::numeric, v_free);
    IF l_amount[i] <= 0 THEN
      RAISE EXCEPTION 'transfer %: nothing can be used', l_seq[i] USING ERRCODE = 'GR004', DETAIL = 'balance_too_low';
    END IF;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION ledger.post_set(items jsonb)
RETURNS TABLE (seq integer, outcome text, event_id bigint, code text, what text)
LANGUAGE plpgsql
-- one plan for a table of ten rows and of ten million: everything is found by its index
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  n integer := CASE jsonb_typeof(items) WHEN 'array' THEN jsonb_array_length(items) ELSE 0 END;
  v_round integer := 0;
  -- the bank's clock, read under the locks: what is written down later was written down later
  v_clock interval;
  v_now timestamptz;
  v_missing boolean;
  v_special boolean;
  v_odd boolean;
  v_lock bigint[];
  -- an event each
  e_key text[]; e_hash bytea[]; e_kind text[]; e_subject text[]; e_at timestamptz[]; e_actor text[]; e_request text[];
  e_detail jsonb[]; e_unit integer[]; e_legs integer[]; e_holds integer[]; e_ends integer[]; e_refund boolean[]; e_late boolean[];
  e_id bigint[]; e_corrects bigint[]; e_known bigint[]; e_same boolean[];
  -- a transfer each
  l_item integer[]; l_seq integer[]; l_debit bigint[]; l_credit bigint[]; l_asset text[]; l_amount numeric[]; l_up_to boolean[];
  -- a hold each
  h_item integer[]; h_seq integer[]; h_debit bigint[]; h_credit bigint[]; h_asset text[]; h_amount numeric[]; h_expires timestamptz[];
  -- an end of a hold each
  r_item integer[]; r_seq integer[]; r_pending bigint[]; r_kind text[]; r_leg integer[];
  -- the answers
  o_outcome text[]; o_event bigint[]; o_code text[]; o_what text[];
  f_item integer[]; f_code text[]; f_what text[];
  v_live boolean[];
  v_hold record; v_end record;
  v_stack integer[];
  v_lo integer; v_hi integer; v_mid integer; v_at integer; v_step integer; v_is_unit boolean;
  v_original bigint; v_other bigint; v_is_same boolean;
  v_state text; v_detail text; v_constraint text; v_message text;
BEGIN
  IF n = 0 THEN
    RETURN;
  ELSIF n > ledger.most_items() THEN
    RETURN QUERY SELECT i, 'refused', NULL::bigint, 'batch_too_large', 'at most ' || ledger.most_items() || ' items at once'
      FROM generate_series(1, n) AS i;
    RETURN;
  END IF;

  -- read, hold against what stands, and find the accounts; those that open by first use are opened, and all is read again
  LOOP
    v_round := v_round + 1;
    WITH clock AS MATERIALIZED (
      SELECT make_interval(secs => c.offset_seconds) AS ahead FROM bank.demo_clock c
    ), item AS MATERIALIZED (
      SELECT i.seq::integer AS seq, i.item, i.item ->> 'key' AS key, i.item ->> 'kind' AS kind, i.item ->> 'subject' AS subject,
        i.item ->> 'actor' AS actor, i.item ->> 'requestId' AS request, i.item ->> 'effectiveAt' AS at,
        coalesce(i.item -> 'detail', '{}') AS detail, i.item -> 'transfers' AS transfers,
        i.item ?| ARRAY['holds', 'ends', 'corrects', 'refund', 'linked'] AS is_special
      FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, seq)
    ), leg AS MATERIALIZED (
      SELECT item.seq AS item, t.seq::integer AS seq, d.id AS debit, c.id AS credit, t.leg ->> 'asset' AS asset, t.leg ->> 'amount' AS amount,
        coalesce(t.leg -> 'upTo' = 'true', false) AS up_to,
        CASE WHEN d.is_customer OR NOT (d.is_clearing OR d.side = 'debit') THEN d.id END AS lock_debit,
        CASE WHEN c.is_customer OR NOT (c.is_clearing OR c.side = 'credit') THEN c.id END AS lock_credit,
        CASE WHEN jsonb_typeof(t.leg -> 'amount') IS DISTINCT FROM 'string' OR t.leg ->> 'amount' !~ '^[1-9][0-9]*$' THEN 'amount_malformed'
          WHEN length(t.leg ->> 'amount') > 38 THEN 'amount_too_large'
          WHEN jsonb_typeof(t.leg -> 'upTo') <> 'boolean' THEN 'malformed'
          WHEN d.id IS NULL OR c.id IS NULL THEN CASE WHEN EXISTS (SELECT FROM ledger.account_class k
            WHERE k.class IN (t.leg #>> '{debit,class}', t.leg #>> '{credit,class}') AND k.asset IS DISTINCT FROM t.leg ->> 'asset')
            THEN 'asset_wrong' ELSE 'account_unknown' END
          WHEN d.id = c.id THEN 'same_account'
          WHEN d.state <> 'open' THEN 'account_' || d.state
          WHEN c.state = 'closed' OR (c.state = 'frozen' AND NOT c.is_customer) THEN 'account_' || c.state END AS fault
      FROM item CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(item.transfers) WHEN 'array' THEN item.transfers ELSE '[]' END)
        WITH ORDINALITY AS t (leg, seq)
      LEFT JOIN ledger.account d ON d.class = t.leg -> 'debit' ->> 'class' AND d.asset = t.leg ->> 'asset'
        AND d.owner = coalesce(t.leg -> 'debit' ->> 'owner', '')
      LEFT JOIN ledger.account c ON c.class = t.leg -> 'credit' ->> 'class' AND c.asset = t.leg ->> 'asset'
        AND c.owner = coalesce(t.leg -> 'credit' ->> 'owner', '')
    ), events AS (
      SELECT array_agg(item.key ORDER BY item.seq) AS key, array_agg(item.kind ORDER BY item.seq) AS kind,
        array_agg(sha256(convert_to((CASE jsonb_typeof(item.item) WHEN 'object' THEN item.item ELSE '{}' END
          - ARRAY['actor', 'requestId', 'linked'])::text, 'UTF8')) ORDER BY item.seq) AS hash,
        array_agg(item.subject ORDER BY item.seq) AS subject, array_agg(item.actor ORDER BY item.seq) AS actor,
        array_agg(item.request ORDER BY item.seq) AS request, array_agg(item.detail ORDER BY item.seq) AS detail,
        array_agg(CASE WHEN item.at IS NOT NULL AND pg_input_is_valid(item.at, 'timestamptz') THEN item.at::timestamptz END ORDER BY item.seq) AS at,
        array_agg(CASE jsonb_typeof(item.transfers) WHEN 'array' THEN jsonb_array_length(item.transfers) ELSE 0 END ORDER BY item.seq) AS legs,
        array_agg(known.id ORDER BY item.seq) AS known,
        bool_or(item.is_special) AS special,
        bool_or(known.id IS NOT NULL OR item.kind IS NULL
          OR item.at IS NOT NULL AND CASE WHEN pg_input_is_valid(item.at, 'timestamptz')
            THEN item.at::timestamptz NOT BETWEEN '2000-01-01T00:00:00Z' AND clock_timestamp() + clock.ahead + interval '1 day' ELSE true END OR item.kind = '' OR item.subject IS NULL OR item.actor IS NULL
          OR item.request IS NULL OR item.key IS NULL OR length(item.key) NOT BETWEEN 3 AND 300
          OR jsonb_typeof(item.detail) <> 'object' OR jsonb_typeof(item.transfers) IS DISTINCT FROM 'array' OR item.transfers = '[]') AS odd
      FROM clock CROSS JOIN item LEFT JOIN ledger.event known ON known.key = item.key
    ), legs AS (
      SELECT array_agg(leg.item) AS item, array_agg(leg.seq) AS seq, array_agg(leg.debit) AS debit, array_agg(leg.credit) AS credit,
        array_agg(leg.asset) AS asset, array_agg(CASE WHEN leg.fault IS NULL THEN leg.amount::numeric END) AS amount,
        array_agg(leg.up_to) AS up_to, bool_or(leg.up_to) AS any_up_to,
        array_agg(leg.item) FILTER (WHERE leg.fault IS NOT NULL) AS f_item, array_agg(leg.fault) FILTER (WHERE leg.fault IS NOT NULL) AS f_code,
        array_agg('transfer ' || leg.seq) FILTER (WHERE leg.fault IS NOT NULL) AS f_what,
        array_agg(leg.lock_debit) FILTER (WHERE leg.lock_debit IS NOT NULL)
          || array_agg(leg.lock_credit) FILTER (WHERE leg.lock_credit IS NOT NULL) AS lock
      FROM leg
    )
    SELECT e.key, e.kind, e.hash, e.subject, e.actor, e.request, e.detail, e.at, e.legs, e.known, e.special OR coalesce(l.any_up_to, false), e.odd,
      l.item, l.seq, l.debit, l.credit, l.asset, l.amount, l.up_to, l.f_item, l.f_code, l.f_what, l.lock,
      (SELECT ahead FROM clock)
    INTO e_key, e_kind, e_hash, e_subject, e_actor, e_request, e_detail, e_at, e_legs, e_known, v_special, v_odd,
      l_item, l_seq, l_debit, l_credit, l_asset, l_amount, l_up_to, f_item, f_code, f_what, v_lock, v_clock
    FROM events e CROSS JOIN legs l;
    EXIT WHEN v_round > 1 OR NOT (coalesce('account_unknown' = ANY (f_code), false) OR v_special AND items @? '$[*].holds');
    PERFORM ledger.open_accounts(items);
  END LOOP;

  v_live := array_fill(true, ARRAY[n]);
  o_outcome := array_fill(NULL::text, ARRAY[n]);
  o_code := o_outcome;
  o_what := o_outcome;
  o_event := e_known;

  IF v_special THEN
    SELECT array_agg(u.unit ORDER BY u.seq), array_agg(u.late ORDER BY u.seq), array_agg(u.refund ORDER BY u.seq)
    INTO e_unit, e_late, e_refund
    FROM (
      SELECT p.seq, p.unit, bool_or(p.late) OVER (PARTITION BY p.unit) AS late, p.refund FROM (
      SELECT i.seq, 1 + coalesce(sum(CASE WHEN i.item -> 'linked' = 'true' THEN 0 ELSE 1 END)
          OVER (ORDER BY i.seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::integer AS unit,
        i.item ? 'ends' OR i.item ? 'corrects' OR i.item @? '$.transfers[*].upTo ? (@ == true)' AS late,
        coalesce(i.item -> 'refund' = 'true', false) AS refund
      FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, seq)) AS p
    ) AS u;
    e_holds := array_fill(0, ARRAY[n]);
    e_ends := e_holds;
    e_corrects := array_fill(NULL::bigint, ARRAY[n]);
    FOR v_hold IN
      SELECT i.seq::integer AS item, h.seq::integer AS seq, d.id AS debit, c.id AS credit, h.hold ->> 'asset' AS asset,
        h.hold ->> 'amount' AS amount, h.hold ->> 'expiresAt' AS expires,
        CASE WHEN jsonb_typeof(h.hold -> 'amount') IS DISTINCT FROM 'string' OR h.hold ->> 'amount' !~ '^[1-9][0-9]*$' THEN 'amount_malformed'
          WHEN length(h.hold ->> 'amount') > 38 THEN 'amount_too_large'
          WHEN d.id IS NULL OR c.id IS NULL THEN 'account_unknown'
          WHEN d.id = c.id THEN 'same_account'
          WHEN d.state <> 'open' THEN 'account_' || d.state
          WHEN c.state = 'closed' OR (c.state = 'frozen' AND NOT c.is_customer) THEN 'account_' || c.state
          WHEN NOT d.is_customer OR NOT coalesce(pg_input_is_valid(h.hold ->> 'expiresAt', 'timestamptz'), false) THEN 'hold_malformed' END AS fault
      FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, seq)
      CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(i.item -> 'holds') WHEN 'array' THEN i.item -> 'holds' ELSE '[]' END)
        WITH ORDINALITY AS h (hold, seq)
      LEFT JOIN ledger.account d ON d.class = h.hold #>> '{debit,class}' AND d.asset = h.hold ->> 'asset'
        AND d.owner = coalesce(h.hold #>> '{debit,owner}', '')
      LEFT JOIN ledger.account c ON c.class = h.hold #>> '{credit,class}' AND c.asset = h.hold ->> 'asset'
        AND c.owner = coalesce(h.hold #>> '{credit,owner}', '')
    LOOP
      IF v_hold.fault IS NOT NULL THEN
        f_item := f_item || v_hold.item;
        f_code := f_code || v_hold.fault;
        f_what := f_what || ('hold ' || v_hold.seq);
        CONTINUE;
      END IF;
      e_holds[v_hold.item] := e_holds[v_hold.item] + 1;
      h_item := h_item || v_hold.item;
      h_seq := h_seq || v_hold.seq;
      h_debit := h_debit || v_hold.debit;
      h_credit := h_credit || v_hold.credit;
      h_asset := h_asset || v_hold.asset;
      h_amount := h_amount || v_hold.amount::numeric;
      h_expires := h_expires || v_hold.expires::timestamptz;
      v_lock := v_lock || v_hold.debit;
    END LOOP;
    FOR v_end IN
      SELECT i.seq::integer AS item, e.seq::integer AS seq, e.part ->> 'as' AS kind, p.debit_account AS debit
      FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, seq)
      CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(i.item -> 'ends') WHEN 'array' THEN i.item -> 'ends' ELSE '[]' END)
        WITH ORDINALITY AS e (part, seq)
      LEFT JOIN ledger.event o ON o.key = e.part ->> 'hold'
      LEFT JOIN ledger.pending p ON p.event_id = o.id AND p.seq::text = coalesce(e.part ->> 'seq', '1')
    LOOP
      IF coalesce(v_end.kind, '') NOT IN ('post', 'void', 'expire') THEN
        f_item := f_item || v_end.item;
        f_code := f_code || 'malformed'::text;
        f_what := f_what || ('end ' || v_end.seq);
        CONTINUE;
      END IF;
      e_ends[v_end.item] := e_ends[v_end.item] + 1;
      r_item := r_item || v_end.item;
      r_seq := r_seq || v_end.seq;
      r_kind := r_kind || v_end.kind;
      r_pending := r_pending || NULL::bigint;
      IF v_end.kind = 'post' THEN
        e_legs[v_end.item] := e_legs[v_end.item] + 1;
        l_item := l_item || v_end.item;
        l_seq := l_seq || e_legs[v_end.item];
        l_debit := l_debit || NULL::bigint;
        l_credit := l_credit || NULL::bigint;
        l_asset := l_asset || NULL::text;
        l_amount := l_amount || NULL::numeric;
        l_up_to := l_up_to || false;
        r_leg := r_leg || e_legs[v_end.item];
      ELSE
        r_leg := r_leg || NULL::integer;
      END IF;
      IF v_end.debit IS NOT NULL THEN
        v_lock := v_lock || v_end.debit;
      END IF;
    END LOOP;
  END IF;

  IF v_odd OR v_special OR f_code IS NOT NULL THEN
    FOR i IN 1 .. n LOOP
      IF e_known[i] IS NOT NULL THEN
        v_live[i] := false;
        IF (SELECT e.payload_hash = e_hash[i] FROM ledger.event e WHERE e.id = e_known[i]) THEN
          o_outcome[i] := 'replayed';
        ELSE
          o_code[i] := 'key_conflict';
          o_what[i] := ledger.what_differs(e_known[i], items -> i - 1);
        END IF;
        CONTINUE;
      END IF;
      o_code[i] := CASE
        WHEN jsonb_typeof(items -> i - 1) <> 'object' THEN 'malformed'
        WHEN e_key[i] IS NULL OR length(e_key[i]) NOT BETWEEN 3 AND 300 THEN 'key_malformed'
        WHEN coalesce(e_kind[i], '') = '' OR e_subject[i] IS NULL OR e_actor[i] IS NULL OR e_request[i] IS NULL
          OR jsonb_typeof(e_detail[i]) <> 'object' OR jsonb_typeof(items -> i - 1 -> 'refund') <> 'boolean'
          OR jsonb_typeof(items -> i - 1 -> 'linked') <> 'boolean' OR jsonb_typeof(items -> i - 1 -> 'holds') <> 'array'
          OR jsonb_typeof(items -> i - 1 -> 'ends') <> 'array' THEN 'malformed'
        WHEN items -> i - 1 ? 'effectiveAt' AND e_at[i] IS NULL THEN 'date_malformed'
        WHEN e_at[i] NOT BETWEEN '2000-01-01T00:00:00Z' AND clock_timestamp() + v_clock + interval '1 day' THEN 'date_out_of_range'
        WHEN e_legs[i] + coalesce(e_holds[i], 0) + coalesce(e_ends[i], 0) = 0 AND NOT i = ANY (coalesce(f_item, '{}')) THEN 'nothing_to_move'
        WHEN e_refund[i] AND NOT items -> i - 1 ? 'corrects' THEN 'original_unknown' END;
      o_what[i] := CASE o_code[i]
        WHEN 'key_malformed' THEN 'key: 3 to 300 characters'
        WHEN 'malformed' THEN concat_ws(', ', CASE WHEN coalesce(e_kind[i], '') = '' THEN 'kind' END,
          CASE WHEN e_subject[i] IS NULL THEN 'subject' END, CASE WHEN e_actor[i] IS NULL THEN 'actor' END,
          CASE WHEN e_request[i] IS NULL THEN 'requestId' END, CASE WHEN jsonb_typeof(e_detail[i]) <> 'object' THEN 'detail' END,
          CASE WHEN jsonb_typeof(items -> i - 1 -> 'refund') <> 'boolean' THEN 'refund' END,
          CASE WHEN jsonb_typeof(items -> i - 1 -> 'linked') <> 'boolean' THEN 'linked' END,
          CASE WHEN jsonb_typeof(items -> i - 1 -> 'holds') <> 'array' THEN 'holds' END,
          CASE WHEN jsonb_typeof(items -> i - 1 -> 'ends') <> 'array' THEN 'ends' END)
        WHEN 'date_malformed' THEN 'effectiveAt'
        WHEN 'date_out_of_range' THEN 'effectiveAt: from 2000 until tomorrow'
        WHEN 'nothing_to_move' THEN 'transfers'
        WHEN 'original_unknown' THEN 'corrects' END;
    END LOOP;
    FOR i IN 1 .. coalesce(cardinality(f_item), 0) LOOP
      CONTINUE WHEN o_outcome[f_item[i]] IS NOT NULL OR o_code[f_item[i]] IS NOT NULL;
      o_code[f_item[i]] := f_code[i];
      o_what[f_item[i]] := f_what[i];
    END LOOP;
    FOR i IN 1 .. n LOOP
      IF o_code[i] IS NOT NULL THEN
        v_live[i] := false;
        o_outcome[i] := 'refused';
        o_event[i] := NULL;
      END IF;
    END LOOP;
    -- a chain with a broken link falls as a whole
    IF v_special THEN
      FOR i IN 1 .. n LOOP
        IF o_code[i] IS NOT NULL AND o_code[i] <> 'chain_broken' THEN
          v_lo := i;
          WHILE v_lo > 1 AND e_unit[v_lo - 1] = e_unit[i] LOOP
            v_lo := v_lo - 1;
          END LOOP;
          WHILE v_lo <= n AND e_unit[v_lo] = e_unit[i] LOOP
            IF v_live[v_lo] THEN
              v_live[v_lo] := false;
              o_outcome[v_lo] := 'refused';
              o_code[v_lo] := 'chain_broken';
              o_what[v_lo] := 'by item ' || i;
            END IF;
            v_lo := v_lo + 1;
          END LOOP;
        END IF;
      END LOOP;
    END IF;
  END IF;

  IF true = ANY (v_live) THEN
    -- all at once first; when something does not hold, half of it, down to the one that does not
    IF v_special THEN
      v_hi := n;
      WHILE v_hi >= 1 LOOP
        v_lo := v_hi;
        WHILE v_lo > 1 AND (e_unit[v_lo - 1] = e_unit[v_lo] OR NOT (e_late[v_lo - 1] OR e_late[v_lo])) LOOP
          v_lo := v_lo - 1;
        END LOOP;
        v_stack := v_stack || ARRAY[v_lo, v_hi];
        v_hi := v_lo - 1;
      END LOOP;
    ELSE
      v_stack := ARRAY[1, n];
    END IF;
    WHILE cardinality(v_stack) > 0 LOOP
      v_hi := v_stack[cardinality(v_stack)];
      v_lo := v_stack[cardinality(v_stack) - 1];
      v_stack := v_stack[1 : cardinality(v_stack) - 2];
      v_is_unit := v_lo = v_hi OR (v_special AND e_unit[v_lo] = e_unit[v_hi]);
      v_step := CASE WHEN v_is_unit THEN 0 ELSE v_hi - v_lo END;
      BEGIN
        -- within the same subtransaction as what follows: a lock of one and a change of another cost a multixact a row
        IF v_lock IS NOT NULL THEN
          PERFORM FROM ledger.account WHERE id = ANY (v_lock) ORDER BY id FOR NO KEY UPDATE;
        END IF;
        PERFORM pg_current_xact_id();
        v_now := clock_timestamp() + v_clock;
        IF n = 1 THEN
          e_id := ARRAY[nextval('ledger.event_number')];
        ELSIF e_id IS NULL THEN
          SELECT array_agg(nextval('ledger.event_number')) INTO e_id FROM generate_series(1, n);
        END IF;
        v_at := v_lo;
        WHILE v_at <= v_hi LOOP
          IF v_special THEN
            IF e_late[v_at] AND v_live[v_at] THEN
              SELECT * INTO l_debit, l_credit, l_asset, l_amount, r_pending, v_original
              FROM ledger.settle_late(items -> v_at - 1, v_at, l_item, l_seq, l_debit, l_credit, l_asset, l_amount, l_up_to,
                r_item, r_seq, r_pending, r_kind, r_leg);
              e_corrects[v_at] := v_original;
            END IF;
            WITH new_event AS (
              INSERT INTO ledger.event (id, key, payload_hash, kind, subject, effective_at, recorded_at, actor, request_id,
                transfer_count, detail, xact_id, pending_count, resolution_count, corrects, is_refund)
              SELECT e.id, e.key, e.hash, e.kind, e.subject, coalesce(e.at, v_now), v_now, e.actor, e.request, e.legs, e.detail,
                pg_current_xact_id(), e.holds, e.ends, e.corrects, e.refund
              FROM unnest(e_id, e_key, e_hash, e_kind, e_subject, e_at, e_actor, e_request, e_legs, e_detail, e_holds, e_ends, e_corrects, e_refund)
                WITH ORDINALITY AS e (id, key, hash, kind, subject, at, actor, request, legs, detail, holds, ends, corrects, refund, i)
              WHERE e.i BETWEEN v_at AND v_at + v_step AND v_live[e.i]
            ), new_pending AS (
              INSERT INTO ledger.pending (event_id, seq, debit_account, credit_account, asset, amount_micros, expires_at)
              SELECT e_id[h.item], h.seq, h.debit, h.credit, h.asset, h.amount, h.expires
              FROM unnest(h_item, h_seq, h_debit, h_credit, h_asset, h_amount, h_expires) AS h (item, seq, debit, credit, asset, amount, expires)
              WHERE h.item BETWEEN v_at AND v_at + v_step AND v_live[h.item]
            ), new_resolution AS (
              INSERT INTO ledger.resolution (pending_id, event_id, seq, kind, transfer_seq)
              SELECT r.pending, e_id[r.item], r.seq, r.kind, r.leg FROM unnest(r_item, r_seq, r_pending, r_kind, r_leg) AS r (item, seq, pending, kind, leg)
              WHERE r.item BETWEEN v_at AND v_at + v_step AND v_live[r.item]
            )
            INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
            SELECT e_id[l.item], l.seq, l.debit, l.credit, l.asset, l.amount
            FROM unnest(l_item, l_seq, l_debit, l_credit, l_asset, l_amount) AS l (item, seq, debit, credit, asset, amount)
            WHERE l.item BETWEEN v_at AND v_at + v_step AND v_live[l.item];
          ELSE
            WITH new_event AS (
              INSERT INTO ledger.event (id, key, payload_hash, kind, subject, effective_at, recorded_at, actor, request_id,
                transfer_count, detail, xact_id)
              SELECT e.id, e.key, e.hash, e.kind, e.subject, coalesce(e.at, v_now), v_now, e.actor, e.request, e.legs, e.detail, pg_current_xact_id()
              FROM unnest(e_id, e_key, e_hash, e_kind, e_subject, e_at, e_actor, e_request, e_legs, e_detail)
                WITH ORDINALITY AS e (id, key, hash, kind, subject, at, actor, request, legs, detail, i)
              WHERE e.i BETWEEN v_at AND v_at + v_step AND v_live[e.i]
            )
            INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
            SELECT e_id[l.item], l.seq, l.debit, l.credit, l.asset, l.amount
            FROM unnest(l_item, l_seq, l_debit, l_credit, l_asset, l_amount) AS l (item, seq, debit, credit, asset, amount)
            WHERE l.item BETWEEN v_at AND v_at + v_step AND v_live[l.item];
          END IF;
          v_at := v_at + v_step + 1;
        END LOOP;
      EXCEPTION WHEN integrity_constraint_violation OR data_exception OR SQLSTATE 'GR004' OR SQLSTATE 'GR002' THEN
        IF NOT v_is_unit THEN
          v_mid := v_lo + (v_hi - v_lo) / 2;
          WHILE v_special AND v_mid < v_hi AND e_unit[v_mid] = e_unit[v_mid + 1] LOOP
            v_mid := v_mid + 1;
          END LOOP;
          IF v_mid = v_hi THEN
            v_mid := v_lo;
            WHILE e_unit[v_mid] = e_unit[v_mid + 1] LOOP
              v_mid := v_mid + 1;
            END LOOP;
          END IF;
          v_stack := v_stack || ARRAY[v_mid + 1, v_hi, v_lo, v_mid];
        ELSE
          GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_detail = PG_EXCEPTION_DETAIL, v_constraint = CONSTRAINT_NAME,
            v_message = MESSAGE_TEXT;
          SELECT e.id, e.payload_hash = e_hash[v_at] INTO v_other, v_is_same FROM ledger.event e WHERE e.key = e_key[v_at];
          IF v_is_same THEN
            -- posted meanwhile, by somebody quicker or by this batch: whatever a second time met, the first answer counts
            v_live[v_at] := false;
            o_outcome[v_at] := 'replayed';
            o_event[v_at] := v_other;
            v_stack := v_stack || ARRAY[v_lo, v_hi];
          ELSIF true = ANY (v_live[v_lo : v_hi]) THEN
            FOR i IN v_lo .. v_hi LOOP
              CONTINUE WHEN NOT v_live[i];
              v_live[i] := false;
              o_outcome[i] := 'refused';
              o_code[i] := 'chain_broken';
              o_what[i] := 'by item ' || v_at;
            END LOOP;
            o_code[v_at] := CASE
              WHEN v_other IS NOT NULL THEN 'key_conflict'
              WHEN v_state = 'GR004' THEN v_detail
              WHEN v_constraint = 'account_not_below_zero' THEN 'balance_too_low'
              WHEN v_constraint = 'resolution_pkey' THEN 'hold_resolved'
              WHEN v_state = '22003' THEN 'amount_too_large'
              ELSE 'malformed' END;
            o_what[v_at] := CASE WHEN v_other IS NOT NULL THEN ledger.what_differs(v_other, items -> v_at - 1)
              WHEN v_constraint = 'account_not_below_zero' THEN 'an account would stand below what it holds back, or zero' ELSE v_message END;
          END IF;
        END IF;
      END;
    END LOOP;
  END IF;

  IF n = 1 THEN
    seq := 1;
    outcome := coalesce(o_outcome[1], 'posted');
    event_id := CASE outcome WHEN 'posted' THEN e_id[1] ELSE o_event[1] END;
    code := o_code[1];
    what := o_what[1];
    RETURN NEXT;
  ELSE
    RETURN QUERY SELECT o.i::integer, coalesce(o.outcome, 'posted'), CASE WHEN o.outcome IS NULL THEN o.id ELSE o.event END, o.code, o.what
      FROM unnest(o_outcome, o_event, o_code, o_what, e_id) WITH ORDINALITY AS o (outcome, event, code, what, id, i);
  END IF;
END $$;

-- The short way for plain transfers, which is what most callers post: one statement reads, finds, locks and writes. What it
-- does not take, or is refused, goes the long way as a whole and gets its answers there.
CREATE OR REPLACE FUNCTION ledger.post_many(items jsonb)
RETURNS TABLE (seq integer, outcome text, event_id bigint, code text, what text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_mergejoin = off SET enable_memoize = off SET jit = off AS $$
#variable_conflict use_column
DECLARE v_events bigint[];
BEGIN
  IF jsonb_typeof(items) = 'array' AND items -> ledger.most_items() IS NULL THEN
    BEGIN
      WITH item AS MATERIALIZED (
        SELECT i.seq, i.item, i.item -> 'transfers' AS transfers FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, seq)
      ), leg AS MATERIALIZED (
        SELECT item.seq AS item, t.seq, d.id AS debit, c.id AS credit, t.asset, t.leg ->> 'amount' AS amount,
          CASE WHEN d.is_customer OR (d.side = 'credit' AND NOT d.is_clearing) THEN d.id END AS lock_debit,
          CASE WHEN c.is_customer OR (c.side = 'debit' AND NOT c.is_clearing) THEN c.id END AS lock_credit,
          d.state = 'open' AND c.state = 'open' AND jsonb_typeof(t.leg -> 'amount') = 'string' AND t.leg ->> 'amount' ~ '^[1-9][0-9]{0,37}$'
            AND NOT t.leg ? 'upTo' AND NOT item.item ?| '{holds,ends,corrects,refund,linked}'
            AND coalesce(jsonb_typeof(item.item -> 'detail') = 'object', true)
            AND (NOT item.item ? 'effectiveAt' OR pg_input_is_valid(item.item ->> 'effectiveAt', 'timestamptz')) AS is_plain
        FROM item
        -- an item without transfers has one leg, which is not plain
        LEFT JOIN LATERAL (
          SELECT leg, seq, leg ->> 'asset' AS asset, leg -> 'debit' AS debit, leg -> 'credit' AS credit
          FROM jsonb_array_elements(CASE jsonb_typeof(item.transfers) WHEN 'array' THEN item.transfers ELSE '[]' END)
            WITH ORDINALITY AS one (leg, seq)
        ) AS t ON true
        LEFT JOIN LATERAL (
          SELECT a.id, a.is_customer, a.is_clearing, a.side, a.state FROM ledger.account a
          WHERE a.owner = coalesce(t.debit ->> 'owner', '') AND a.class = t.debit ->> 'class' AND a.asset = t.asset OFFSET 0
        ) AS d ON true
        LEFT JOIN LATERAL (
          SELECT a.id, a.is_customer, a.is_clearing, a.side, a.state FROM ledger.account a
          WHERE a.owner = coalesce(t.credit ->> 'owner', '') AND a.class = t.credit ->> 'class' AND a.asset = t.asset OFFSET 0
        ) AS c ON true
      ), plain AS MATERIALIZED (
        SELECT array_agg(l.lock_debit) || array_agg(l.lock_credit) AS locks FROM leg l HAVING bool_and(coalesce(l.is_plain, false))
      ), locked AS MATERIALIZED (
        SELECT a.id FROM ledger.account a WHERE a.id = ANY ((SELECT locks FROM plain)::bigint[]) ORDER BY a.id FOR NO KEY UPDATE
      ), numbered AS MATERIALIZED (
        -- under the locks: what is numbered and dated later was written down later
        SELECT item.seq, item.item, jsonb_array_length(item.transfers) AS legs, clock.now, clock.xact, nextval('ledger.event_number') AS id
        FROM (
          SELECT clock_timestamp() + make_interval(secs => k.offset_seconds) AS now, pg_current_xact_id() AS xact
          FROM bank.demo_clock k WHERE EXISTS (SELECT FROM plain) AND (SELECT count(*) FROM locked) >= 0 OFFSET 0
        ) AS clock CROSS JOIN item
      ), new_event AS (
        INSERT INTO ledger.event (id, key, payload_hash, kind, subject, effective_at, recorded_at, actor, request_id, transfer_count,
          detail, xact_id)
        SELECT n.id, n.item ->> 'key', sha256(convert_to((n.item - ARRAY['actor', 'requestId'])::text, 'UTF8')), n.item ->> 'kind',
          n.item ->> 'subject', coalesce((n.item ->> 'effectiveAt')::timestamptz, n.now), n.now, n.item ->> 'actor', n.item ->> 'requestId', n.legs,
          coalesce(n.item -> 'detail', '{}'), n.xact
        FROM numbered n
      ), new_transfer AS (
        INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
        SELECT n.id, l.seq, l.debit, l.credit, l.asset, l.amount::numeric FROM leg l JOIN numbered n ON n.seq = l.item
      )
      SELECT array_agg(n.id ORDER BY n.seq) INTO v_events FROM numbered n;
    EXCEPTION WHEN integrity_constraint_violation OR data_exception OR SQLSTATE 'GR004' OR SQLSTATE 'GR002' THEN
      v_events := NULL;
    END;
    IF cardinality(v_events) = 1 THEN
      seq := 1;
      outcome := 'posted';
      event_id := v_events[1];
      RETURN NEXT;
      RETURN;
    ELSIF v_events IS NOT NULL THEN
      RETURN QUERY SELECT e.i::integer, 'posted', e.id, NULL::text, NULL::text FROM unnest(v_events) WITH ORDINALITY AS e (id, i);
      RETURN;
    END IF;
  END IF;
  RETURN QUERY SELECT * FROM ledger.post_set(items);
END $$;

-- One event, whose refusal is an error.
CREATE OR REPLACE FUNCTION ledger.post(payload jsonb) RETURNS TABLE (event_id bigint, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_answer record;
BEGIN
  SELECT * INTO v_answer FROM ledger.post_many(jsonb_build_array(payload));
  IF v_answer.outcome = 'refused' THEN
    RAISE EXCEPTION '%: %', v_answer.code, v_answer.what
      USING ERRCODE = CASE v_answer.code WHEN 'key_conflict' THEN 'GR001' ELSE 'GR004' END, DETAIL = v_answer.code;
  END IF;
  RETURN QUERY SELECT v_answer.event_id, v_answer.outcome = 'replayed';
END $$;

-- Freezes, opens or closes an account; what may follow what is held by its trigger. Answers what it was.
CREATE OR REPLACE FUNCTION ledger.set_account_state(account bigint, new_state text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_old text;
BEGIN
  SELECT a.state INTO v_old FROM ledger.account a WHERE a.id = $1 FOR NO KEY UPDATE;
  UPDATE ledger.account a SET state = $2 WHERE a.id = $1 AND a.state <> $2;
  RETURN v_old;
END $$;
