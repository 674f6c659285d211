-- The rules of the books, held by the tables themselves over each whole statement, whoever writes it. An event comes in
-- one statement with all that it announces; nothing joins it later.

-- What stands on an account: a customer's on its row, the bank's own from its last checkpoint and the legs after it.
CREATE OR REPLACE FUNCTION ledger.totals_of(account bigint) RETURNS TABLE (debits_micros numeric, credits_micros numeric)
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN a.is_customer THEN a.debits_micros ELSE coalesce(base.debits_micros, 0) + (
           SELECT coalesce(sum(t.amount_micros), 0) FROM ledger.transfer t
           WHERE t.debit_account = a.id AND t.event_id > coalesce(base.event_id, 0)) END,
         CASE WHEN a.is_customer THEN a.credits_micros ELSE coalesce(base.credits_micros, 0) + (
           SELECT coalesce(sum(t.amount_micros), 0) FROM ledger.transfer t
           WHERE t.credit_account = a.id AND t.event_id > coalesce(base.event_id, 0)) END
  FROM ledger.account a
  LEFT JOIN LATERAL (
    SELECT c.event_id, c.debits_micros, c.credits_micros FROM ledger.checkpoint c
    WHERE c.account_id = a.id AND NOT a.is_customer ORDER BY c.event_id DESC LIMIT 1
  ) AS base ON true
  WHERE a.id = $1
$$;

CREATE OR REPLACE FUNCTION ledger.settle_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_xact xid8 := pg_current_xact_id();
  v_now timestamptz := clock_timestamp() + (bank.now() - transaction_timestamp());
  v_what text;
  v_code text;
  v_events bigint;
  v_holds bigint;
  v_ends bigint;
  v_refunds bigint;
  v_ids bigint[];
  v_debits numeric[];
  v_credits numeric[];
  v_held numeric[];
  v_released numeric[];
  v_drawn bigint[];
  v_plus numeric[];
  v_minus numeric[];
  v_tight bigint[];
  v_before numeric[];
  v_touched integer;
  v_after numeric;
BEGIN
  -- an older snapshot would not see what was taken from the bank's own accounts meanwhile
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the books are written at read committed' USING ERRCODE = 'GR004', DETAIL = 'malformed';
  END IF;

  SELECT count(*), sum(e.pending_count), sum(e.resolution_count), count(*) FILTER (WHERE e.is_refund),
         min(e.key) FILTER (WHERE e.xact_id <> v_xact OR e.transfer_count <>
           (SELECT count(*) FROM ledger.transfer t WHERE t.event_id = e.id)),
         min(e.key) FILTER (WHERE e.effective_at > v_now + interval '1 day')
  INTO v_events, v_holds, v_ends, v_refunds, v_what, v_code FROM added e;
  IF v_what IS NOT NULL THEN
    RAISE EXCEPTION 'event % does not have the transfers it announced', v_what USING ERRCODE = 'GR004', DETAIL = 'malformed';
  ELSIF v_code IS NOT NULL THEN
    RAISE EXCEPTION 'event % is dated in the future', v_code USING ERRCODE = 'GR004', DETAIL = 'date_out_of_range';
  END IF;

  IF v_holds > 0 THEN
    SELECT e.key INTO v_what FROM added e WHERE e.pending_count > 0 AND e.pending_count <>
      (SELECT count(*) FROM ledger.pending p WHERE p.event_id = e.id) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'event % does not have the holds it announced', v_what USING ERRCODE = 'GR004', DETAIL = 'malformed';
    END IF;
    SELECT p.id::text INTO v_what FROM added e JOIN ledger.pending p ON p.event_id = e.id
    JOIN ledger.account a ON a.id = p.debit_account
    WHERE e.pending_count > 0 AND (NOT a.is_customer OR p.expires_at <= v_now) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'a hold is on a customer''s account and ends later' USING ERRCODE = 'GR004', DETAIL = 'hold_malformed';
    END IF;
    INSERT INTO ledger.open_hold (pending_id, account_id, amount_micros, expires_at)
    SELECT p.id, p.debit_account, p.amount_micros, p.expires_at
    FROM added e JOIN ledger.pending p ON p.event_id = e.id WHERE e.pending_count > 0;
  END IF;

  IF v_ends > 0 THEN
    SELECT e.key INTO v_what FROM added e WHERE e.resolution_count > 0 AND e.resolution_count <>
      (SELECT count(*) FROM ledger.resolution r WHERE r.event_id = e.id) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'event % does not end the holds it announced', v_what USING ERRCODE = 'GR004', DETAIL = 'malformed';
    END IF;
    SELECT CASE
        WHEN p.id IS NULL OR p.event_id >= e.id THEN 'hold_unknown'
        WHEN r.kind = 'post' AND p.expires_at <= v_now THEN 'hold_expired'
        WHEN r.kind = 'expire' AND p.expires_at > v_now THEN 'hold_not_expired'
        WHEN r.kind = 'post' AND (t.event_id IS NULL OR (t.debit_account, t.credit_account, t.asset)
          IS DISTINCT FROM (p.debit_account, p.credit_account, p.asset)) THEN 'hold_unknown'
        WHEN r.kind = 'post' AND t.amount_micros > p.amount_micros THEN 'hold_too_small'
        WHEN r.kind = 'post' AND EXISTS (SELECT FROM ledger.resolution o WHERE o.event_id = r.event_id
          AND o.transfer_seq = r.transfer_seq AND o.seq <> r.seq) THEN 'hold_too_small'
      END, r.pending_id::text INTO v_code, v_what
    FROM added e JOIN ledger.resolution r ON r.event_id = e.id
    LEFT JOIN ledger.pending p ON p.id = r.pending_id
    LEFT JOIN ledger.transfer t ON t.event_id = r.event_id AND t.seq = r.transfer_seq
    WHERE e.resolution_count > 0 ORDER BY 1 LIMIT 1;
    IF v_code IS NOT NULL THEN
      RAISE EXCEPTION 'hold % does not end so: %', v_what, v_code USING ERRCODE = 'GR004', DETAIL = v_code;
    END IF;
    DELETE FROM ledger.open_hold WHERE pending_id IN (
      SELECT r.pending_id FROM added e JOIN ledger.resolution r ON r.event_id = e.id WHERE e.resolution_count > 0);
  END IF;

  -- each account once: what moves on it, and whether it may
  SELECT min(moved.fault), min(moved.id::text) FILTER (WHERE moved.fault IS NOT NULL),
         array_agg(moved.id) FILTER (WHERE moved.is_customer), array_agg(moved.debits) FILTER (WHERE moved.is_customer),
         array_agg(moved.credits) FILTER (WHERE moved.is_customer), array_agg(moved.held) FILTER (WHERE moved.is_customer),
         array_agg(moved.released) FILTER (WHERE moved.is_customer),
         array_agg(moved.id ORDER BY moved.id) FILTER (WHERE moved.is_drawn),
         array_agg(moved.plus ORDER BY moved.id) FILTER (WHERE moved.is_drawn),
         array_agg(moved.minus ORDER BY moved.id) FILTER (WHERE moved.is_drawn)
  INTO v_code, v_what, v_ids, v_debits, v_credits, v_held, v_released, v_drawn, v_plus, v_minus
  FROM (
    SELECT leg.id, a.is_customer, sum(leg.debit) AS debits, sum(leg.credit) AS credits, sum(leg.held) AS held,
      sum(leg.released) AS released,
      NOT a.is_customer AND NOT a.is_clearing AND sum(CASE a.side WHEN 'credit' THEN leg.debit ELSE leg.credit END) > 0 AS is_drawn,
      sum(CASE a.side WHEN 'credit' THEN leg.credit ELSE leg.debit END) AS plus,
      sum(CASE a.side WHEN 'credit' THEN leg.debit ELSE leg.credit END) AS minus,
      CASE WHEN a.id IS NULL THEN 'account_unknown' WHEN a.asset <> leg.asset THEN 'asset_wrong'
        -- a hold may be given back whatever became of the account
        WHEN a.state <> 'open' AND bool_or(leg.released = 0) THEN 'account_' || a.state END AS fault
    FROM (
      SELECT l.id, t.asset, l.debit, l.credit, 0::numeric AS held, 0::numeric AS released
      FROM added e JOIN ledger.transfer t ON t.event_id = e.id
      CROSS JOIN LATERAL (VALUES (t.debit_account, t.amount_micros::numeric, 0::numeric),
                                 (t.credit_account, 0::numeric, t.amount_micros::numeric)) AS l (id, debit, credit)
      UNION ALL
      SELECT l.id, p.asset, 0, 0, l.held, 0 FROM added e JOIN ledger.pending p ON p.event_id = e.id
      CROSS JOIN LATERAL (VALUES (p.debit_account, p.amount_micros::numeric), (p.credit_account, 0)) AS l (id, held)
      WHERE e.pending_count > 0
      UNION ALL
      SELECT p.debit_account, p.asset, 0, 0, 0, p.amount_micros
      FROM added e JOIN ledger.resolution r ON r.event_id = e.id JOIN ledger.pending p ON p.id = r.pending_id
      WHERE e.resolution_count > 0
    ) AS leg LEFT JOIN ledger.account a ON a.id = leg.id
    GROUP BY leg.id, leg.asset, a.id
  ) AS moved;
  IF v_code IS NOT NULL THEN
    RAISE EXCEPTION 'account %: %', v_what, v_code USING ERRCODE = 'GR004', DETAIL = v_code;
  END IF;

  IF v_ids IS NOT NULL THEN
    WITH moved AS (
      UPDATE ledger.account a SET debits_micros = a.debits_micros + m.debits, credits_micros = a.credits_micros + m.credits,
        held_micros = a.held_micros + m.held - m.released
      FROM unnest(v_ids, v_debits, v_credits, v_held, v_released) AS m (id, debits, credits, held, released)
      WHERE a.id = m.id AND (a.state = 'open' OR (m.debits = 0 AND m.credits = 0 AND m.held = 0))
      RETURNING a.id, a.credits_micros - a.debits_micros - a.held_micros AS after, m.debits + m.held AS minus,
        m.credits + m.released AS plus
    )
    SELECT count(*), array_agg(id) FILTER (WHERE minus > 0 AND after < plus),
           array_agg(after - plus + minus) FILTER (WHERE minus > 0 AND after < plus)
    INTO v_touched, v_tight, v_before FROM moved;
    IF v_touched <> cardinality(v_ids) THEN
      RAISE EXCEPTION 'an account was frozen meanwhile' USING ERRCODE = 'GR004', DETAIL = 'account_frozen';
    END IF;
  END IF;

  -- What is taken from the bank's own accounts takes turns on their rows; what is added waits for nobody.
  FOR i IN 1 .. coalesce(cardinality(v_drawn), 0) LOOP
    PERFORM FROM ledger.account WHERE id = v_drawn[i] FOR NO KEY UPDATE;
    SELECT CASE a.side WHEN 'credit' THEN t.credits_micros - t.debits_micros ELSE t.debits_micros - t.credits_micros END
    INTO v_after FROM ledger.account a CROSS JOIN LATERAL ledger.totals_of(a.id) t WHERE a.id = v_drawn[i];
    IF v_after < 0 THEN
      RAISE EXCEPTION 'account % would stand below zero', v_drawn[i]
        USING ERRCODE = 'GR004', DETAIL = 'balance_too_low', CONSTRAINT = 'account_not_below_zero';
    ELSIF v_after < v_plus[i] THEN
      v_tight := v_tight || v_drawn[i];
      v_before := v_before || (v_after - v_plus[i] + v_minus[i]);
    END IF;
  END LOOP;

  -- Several events in one statement hold as if one had come after the other: nobody pays with what comes later.
  IF v_events > 1 AND v_tight IS NOT NULL THEN
    SELECT id::text INTO v_what FROM (
      SELECT tight.id, tight.before + sum(sum(leg.amount)) OVER (PARTITION BY tight.id ORDER BY leg.event_id) AS stands
      FROM unnest(v_tight, v_before) AS tight (id, before) JOIN ledger.account a ON a.id = tight.id
      JOIN (
        SELECT t.event_id, l.id, l.side, l.amount FROM added e JOIN ledger.transfer t ON t.event_id = e.id
        CROSS JOIN LATERAL (VALUES (t.debit_account, 'debit', t.amount_micros::numeric),
                                   (t.credit_account, 'credit', t.amount_micros::numeric)) AS l (id, side, amount)
        UNION ALL
        SELECT p.event_id, p.debit_account, 'debit', p.amount_micros FROM added e JOIN ledger.pending p ON p.event_id = e.id
        WHERE e.pending_count > 0
        UNION ALL
        SELECT r.event_id, p.debit_account, 'credit', p.amount_micros
        FROM added e JOIN ledger.resolution r ON r.event_id = e.id JOIN ledger.pending p ON p.id = r.pending_id
        WHERE e.resolution_count > 0
      ) AS l ON l.id = tight.id
      CROSS JOIN LATERAL (VALUES (l.event_id, CASE WHEN l.side = a.side THEN l.amount ELSE -l.amount END)) AS leg (event_id, amount)
      GROUP BY tight.id, tight.before, leg.event_id
    ) AS step WHERE stands < 0 LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'account % would stand below zero on the way', v_what
        USING ERRCODE = 'GR004', DETAIL = 'balance_too_low', CONSTRAINT = 'account_not_below_zero';
    END IF;
  END IF;

  -- What corrects an event names one that stands. All that was ever returned of it, by refund or by correction, is at
  -- most what it moved.
  IF EXISTS (SELECT FROM added WHERE corrects IS NOT NULL) THEN
    PERFORM FROM ledger.event WHERE id IN (SELECT corrects FROM added WHERE corrects IS NOT NULL) ORDER BY id FOR NO KEY UPDATE;
    SELECT e.key INTO v_what FROM added e WHERE e.corrects IS NOT NULL
      AND NOT EXISTS (SELECT FROM ledger.event o WHERE o.id = e.corrects AND o.id < e.id) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'event % corrects none that stands', v_what USING ERRCODE = 'GR004', DETAIL = 'original_unknown';
    END IF;
    SELECT back.corrects::text INTO v_what FROM (
      SELECT c.corrects, t.debit_account, t.credit_account, sum(t.amount_micros) AS amount
      FROM ledger.event c JOIN ledger.transfer t ON t.event_id = c.id
      WHERE c.corrects IN (SELECT corrects FROM added WHERE is_refund)
      GROUP BY c.corrects, t.debit_account, t.credit_account
    ) AS back
    WHERE EXISTS (SELECT FROM added e JOIN ledger.transfer t ON t.event_id = e.id WHERE e.is_refund AND e.corrects = back.corrects
                  AND t.debit_account = back.debit_account AND t.credit_account = back.credit_account)
      AND back.amount > (SELECT coalesce(sum(t.amount_micros), 0) FROM ledger.transfer t WHERE t.event_id = back.corrects
                         AND t.debit_account = back.credit_account AND t.credit_account = back.debit_account) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'more would be refunded of event % than is left of it', v_what
        USING ERRCODE = 'GR004', DETAIL = 'refund_too_large';
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER event_holds AFTER INSERT ON ledger.event
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.settle_events();

-- whatever an event is made of comes with it
CREATE OR REPLACE FUNCTION ledger.refuse_stray() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v_is_stray boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM added part LEFT JOIN ledger.event e ON e.id = part.event_id
    WHERE e.xact_id IS DISTINCT FROM pg_current_xact_id() OR part.seq > e.%I)', TG_ARGV[0]) INTO v_is_stray;
  IF v_is_stray THEN
    RAISE EXCEPTION 'an event is complete when it is written' USING ERRCODE = 'GR002';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION ledger.refuse_stray_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added part LEFT JOIN ledger.event e ON e.id = part.event_id
             WHERE e.xact_id IS DISTINCT FROM pg_current_xact_id() OR part.seq > e.transfer_count) THEN
    RAISE EXCEPTION 'an event is complete when it is written' USING ERRCODE = 'GR002';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER transfer_in_time AFTER INSERT ON ledger.transfer
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_stray_transfer();
CREATE OR REPLACE TRIGGER pending_in_time AFTER INSERT ON ledger.pending
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_stray('pending_count');
CREATE OR REPLACE TRIGGER resolution_in_time AFTER INSERT ON ledger.resolution
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_stray('resolution_count');
