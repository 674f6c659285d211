-- The rules of the books, held by the tables themselves over each whole statement, whoever writes it. An event comes in
-- one statement with all that it announces; nothing joins it later.

-- What stands on an account: a customer's on its row, the bank's own from its last checkpoint and the legs after it.
CREATE OR REPLACE FUNCTION ledger.totals_of(account bigint) RETURNS TABLE (debits_micros numeric, credits_micros numeric)
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN a.is_customer THEN a.debits_micros ELSE coalesce(base.debits_micros, 0) + (
           SELECT coalesce(sum(t.amount_micros), 0) FROM ledger.transfer t
           WHERE (t.debit_account, t.event_id) > (a.id, coalesce(base.event_id, 0)) AND (t.debit_account, t.event_id) <= (a.id, 9223372036854775807)) END,
         CASE WHEN a.is_customer THEN a.credits_micros ELSE coalesce(base.credits_micros, 0) + (
           SELECT coalesce(sum(t.amount_micros), 0) FROM ledger.transfer t
           WHERE (t.credit_account, t.event_id) > (a.id, coalesce(base.event_id, 0)) AND (t.credit_account, t.event_id) <= (a.id, 9223372036854775807)) END
  FROM ledger.account a
  LEFT JOIN LATERAL (
    SELECT c.event_id, c.debits_micros, c.credits_micros FROM ledger.checkpoint c
    WHERE c.account_id = a.id AND NOT a.is_customer ORDER BY c.event_id DESC LIMIT 1
  ) AS base ON true
  WHERE a.id = $1
$$;

CREATE OR REPLACE FUNCTION ledger.settle_events() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz;
  v_events bigint; v_holds bigint; v_ends bigint; v_corrections bigint;
  v_effective timestamptz; v_recorded timestamptz;
  v_what text; v_improper text; v_code text;
  v_is_odd boolean; v_is_missed boolean; v_is_incomplete boolean;
  -- legs that the one statement did not move: on the bank's own accounts, or refused
  v_others bigint[]; v_other_assets text[]; v_other_debits numeric[]; v_other_credits numeric[];
  v_ids bigint[]; v_debits numeric[]; v_credits numeric[]; v_held numeric[]; v_released numeric[];
  -- the bank's own accounts that give
  v_drawn bigint[]; v_plus numeric[]; v_minus numeric[]; v_after numeric;
  -- frozen accounts give nothing new; closed ones take nothing either
  v_takes boolean[]; v_touches boolean[];
  -- accounts that could not have paid everything with what stood before
  v_tight bigint[]; v_before numeric[];
BEGIN
  -- One statement for what nearly every event needs; what it finds odd is looked at below. Each event has at most the
  -- transfers it announced (transfer_in_time), so all have theirs when there are as many as announced together.
  WITH event AS MATERIALIZED (
    SELECT count(*) AS n, sum(e.transfer_count) AS transfers, sum(e.pending_count) AS holds, sum(e.resolution_count) AS ends,
      count(e.corrects) AS corrections, max(e.effective_at) AS effective, max(e.recorded_at) AS recorded,
      bool_and(e.xact_id = pg_current_xact_id()) AS is_ours,
      min(e.key) FILTER (WHERE length(e.key) NOT BETWEEN 3 AND 300 OR e.kind = '' OR e.effective_at < '2000-01-01T00:00:00Z'
        OR length(e.payload_hash) <> 32 OR least(e.transfer_count, e.pending_count, e.resolution_count) < 0
        OR e.transfer_count + e.pending_count + e.resolution_count = 0
        OR (e.is_refund AND (e.corrects IS NULL OR e.transfer_count = 0))) AS improper
    FROM added e
  ), leg AS MATERIALIZED (
    SELECT l.id, t.asset, sum(l.debit) AS debits, sum(l.credit) AS credits, count(*) AS n
    FROM added e JOIN ledger.transfer t ON t.event_id = e.id
    CROSS JOIN LATERAL (VALUES (t.debit_account, t.amount_micros::numeric, NULL::numeric), (t.credit_account, NULL, t.amount_micros))
      AS l (id, debit, credit)
    GROUP BY l.id, t.asset
  ), moved AS (
    UPDATE ledger.account a SET debits_micros = a.debits_micros + coalesce(m.debits, 0),
      credits_micros = a.credits_micros + coalesce(m.credits, 0)
    FROM leg m WHERE a.id = m.id AND a.asset = m.asset AND a.is_customer AND (a.state = 'open' OR (a.state = 'frozen' AND m.debits IS NULL))
      AND (SELECT holds + ends FROM event) = 0
    RETURNING a.id, a.asset, CASE WHEN m.debits IS NOT NULL AND m.credits IS NOT NULL
      AND a.credits_micros - a.debits_micros - a.held_micros < m.credits
      THEN a.credits_micros - a.debits_micros - a.held_micros - m.credits + m.debits END AS before
  )
  SELECT e.n, e.holds, e.ends, e.corrections, e.effective, e.recorded, e.improper,
    NOT e.is_ours OR e.transfers <> coalesce(l.n, 0) / 2, l.others, l.other_assets, l.other_debits, l.other_credits, t.tight, t.before,
    e.holds + e.ends + e.corrections > 0 OR NOT e.is_ours OR e.transfers <> coalesce(l.n, 0) / 2 OR e.improper IS NOT NULL
      OR (t.tight IS NOT NULL AND e.n > 1) OR e.recorded > clock_timestamp()
      OR e.effective > clock_timestamp() + interval '1 day' OR current_setting('transaction_isolation') <> 'read committed'
  INTO v_events, v_holds, v_ends, v_corrections, v_effective, v_recorded, v_improper,
    v_is_incomplete, v_others, v_other_assets, v_other_debits, v_other_credits, v_tight, v_before, v_is_odd
  FROM event e CROSS JOIN (
    SELECT sum(leg.n) AS n, array_agg(leg.id) FILTER (WHERE is_other) AS others, array_agg(leg.asset) FILTER (WHERE is_other) AS other_assets,
      array_agg(leg.debits) FILTER (WHERE is_other) AS other_debits, array_agg(leg.credits) FILTER (WHERE is_other) AS other_credits
    FROM (SELECT leg.*, (leg.id, leg.asset) NOT IN (SELECT m.id, m.asset FROM moved m) AS is_other FROM leg OFFSET 0) AS leg
  ) AS l CROSS JOIN (SELECT array_agg(m.id) AS tight, array_agg(m.before) AS before FROM moved m WHERE m.before IS NOT NULL) AS t;

  -- the bank's own accounts, and what cannot be moved
  IF v_others IS NOT NULL AND v_holds + v_ends = 0 THEN
    SELECT min(CASE WHEN a.id IS NULL THEN 'account_unknown' WHEN a.asset <> o.asset THEN 'asset_wrong'
        WHEN a.state = 'closed' OR (a.state = 'frozen' AND (o.debits IS NOT NULL OR NOT a.is_customer)) THEN 'account_' || a.state END),
      bool_or(a.is_customer), array_agg(a.id) FILTER (WHERE bank.minus > 0), array_agg(coalesce(bank.plus, 0)) FILTER (WHERE bank.minus > 0),
      array_agg(bank.minus) FILTER (WHERE bank.minus > 0)
    INTO v_code, v_is_missed, v_drawn, v_plus, v_minus
    FROM unnest(v_others, v_other_assets, v_other_debits, v_other_credits) AS o (id, asset, debits, credits)
    LEFT JOIN ledger.account a ON a.id = o.id
    CROSS JOIN LATERAL (VALUES (
      CASE WHEN NOT a.is_customer AND NOT a.is_clearing THEN CASE a.side WHEN 'credit' THEN o.debits ELSE o.credits END END,
      CASE a.side WHEN 'credit' THEN o.credits ELSE o.debits END)) AS bank (minus, plus);
    v_is_odd := v_is_odd OR v_code IS NOT NULL OR v_is_missed OR v_drawn IS NOT NULL;
  END IF;
  IF v_is_odd IS NOT TRUE THEN
    RETURN NULL;
  END IF;

  -- an older snapshot would not see what was taken from the bank's own accounts meanwhile
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the books are written at read committed' USING ERRCODE = 'GR004', DETAIL = 'malformed';
  ELSIF v_is_incomplete THEN
    SELECT min(e.key) INTO v_what FROM added e WHERE e.xact_id <> pg_current_xact_id()
      OR e.transfer_count <> (SELECT count(*) FROM ledger.transfer t WHERE t.event_id = e.id);
    RAISE EXCEPTION 'event % does not have the transfers it announced', v_what USING ERRCODE = 'GR004', DETAIL = 'malformed';
  ELSIF v_improper IS NOT NULL THEN
    RAISE EXCEPTION 'event % has no proper key, kind, date or content', v_improper USING ERRCODE = 'GR004', DETAIL = 'malformed';
  END IF;
  v_now := clock_timestamp() + (bank.now() - transaction_timestamp());
  IF v_recorded > v_now OR v_effective > v_now + interval '1 day' THEN
    RAISE EXCEPTION 'an event is dated in the future' USING ERRCODE = 'GR004', DETAIL = 'date_out_of_range';
  END IF;

  IF v_holds > 0 THEN
    SELECT e.key INTO v_what FROM added e WHERE e.pending_count > 0 AND e.pending_count <>
      (SELECT count(*) FROM ledger.pending p WHERE p.event_id = e.id) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'event % does not have the holds it announced', v_what USING ERRCODE = 'GR004', DETAIL = 'malformed';
    END IF;
    SELECT p.id::text INTO v_what FROM added e JOIN ledger.pending p ON p.event_id = e.id
    JOIN ledger.account a ON a.id = p.debit_account
    WHERE e.pending_count > 0 AND (NOT a.is_customer OR p.expires_at <= v_now OR p.expires_at >= '10000-01-01 00:00:00Z' OR p.debit_account = p.credit_account) LIMIT 1;
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

  -- with holds, what is set aside, given back and moved on an account counts together
  IF v_holds > 0 OR v_ends > 0 THEN
    SELECT min(moved.fault), array_agg(moved.id) FILTER (WHERE moved.is_customer),
           array_agg(moved.debits) FILTER (WHERE moved.is_customer), array_agg(moved.credits) FILTER (WHERE moved.is_customer),
           array_agg(moved.held) FILTER (WHERE moved.is_customer), array_agg(moved.released) FILTER (WHERE moved.is_customer),
           array_agg(moved.takes) FILTER (WHERE moved.is_customer), array_agg(moved.touches) FILTER (WHERE moved.is_customer),
           array_agg(moved.id) FILTER (WHERE moved.minus > 0), array_agg(moved.plus) FILTER (WHERE moved.minus > 0),
           array_agg(moved.minus) FILTER (WHERE moved.minus > 0)
    INTO v_code, v_ids, v_debits, v_credits, v_held, v_released, v_takes, v_touches, v_drawn, v_plus, v_minus
    FROM (
      SELECT leg.*, a.is_customer,
        CASE WHEN NOT a.is_customer AND NOT a.is_clearing THEN CASE a.side WHEN 'credit' THEN leg.debits ELSE leg.credits END END AS minus,
        CASE a.side WHEN 'credit' THEN leg.credits ELSE leg.debits END AS plus,
        CASE WHEN a.id IS NULL THEN 'account_unknown' WHEN a.asset <> leg.asset THEN 'asset_wrong'
          WHEN (a.state = 'closed' AND leg.touches) OR (a.state = 'frozen' AND (leg.takes OR NOT a.is_customer)) THEN 'account_' || a.state END AS fault
      FROM (
        SELECT l.id, l.asset, sum(l.debit) AS debits, sum(l.credit) AS credits, sum(l.held) AS held, sum(l.released) AS released,
          bool_or(l.takes) AS takes, bool_or(l.touches) AS touches
        FROM (
          -- what a hold has promised is carried through whatever became of the account since: tokens may stand against it
          SELECT l.id, t.asset, l.debit, l.credit, 0::numeric AS held, 0::numeric AS released,
            l.debit > 0 AND NOT EXISTS (SELECT FROM ledger.resolution r WHERE r.event_id = t.event_id AND r.transfer_seq = t.seq) AS takes,
            true AS touches
          FROM added e JOIN ledger.transfer t ON t.event_id = e.id
          CROSS JOIN LATERAL (VALUES (t.debit_account, t.amount_micros::numeric, 0::numeric), (t.credit_account, 0, t.amount_micros))
            AS l (id, debit, credit)
          UNION ALL
          SELECT l.id, p.asset, 0, 0, l.held, 0, l.held > 0, true FROM added e JOIN ledger.pending p ON p.event_id = e.id
          CROSS JOIN LATERAL (VALUES (p.debit_account, p.amount_micros::numeric), (p.credit_account, 0)) AS l (id, held)
          UNION ALL
          -- a hold may be given back whatever became of the account
          SELECT p.debit_account, p.asset, 0, 0, 0, p.amount_micros, false, false
          FROM added e JOIN ledger.resolution r ON r.event_id = e.id JOIN ledger.pending p ON p.id = r.pending_id
        ) AS l GROUP BY l.id, l.asset
      ) AS leg LEFT JOIN ledger.account a ON a.id = leg.id
    ) AS moved;
    WITH moved AS (
      UPDATE ledger.account a SET debits_micros = a.debits_micros + m.debits, credits_micros = a.credits_micros + m.credits,
        held_micros = a.held_micros + m.held - m.released
      FROM unnest(v_ids, v_debits, v_credits, v_held, v_released, v_takes, v_touches) AS m (id, debits, credits, held, released, takes, touches)
      WHERE v_code IS NULL AND a.id = m.id AND (a.state = 'open' OR (a.state = 'frozen' AND NOT m.takes) OR NOT m.touches)
      RETURNING a.id, a.credits_micros - a.debits_micros - a.held_micros AS after, m.debits + m.held AS minus, m.credits + m.released AS plus
    )
    SELECT count(*) <> coalesce(cardinality(v_ids), 0), array_agg(id) FILTER (WHERE minus > 0 AND after < plus),
      array_agg(after - plus + minus) FILTER (WHERE minus > 0 AND after < plus)
    INTO v_is_missed, v_tight, v_before FROM moved;
  END IF;
  IF v_code IS NOT NULL THEN
    RAISE EXCEPTION 'an account refuses: %', v_code USING ERRCODE = 'GR004', DETAIL = v_code;
  ELSIF v_is_missed THEN
    RAISE EXCEPTION 'an account was frozen meanwhile' USING ERRCODE = 'GR004', DETAIL = 'account_frozen';
  END IF;

  -- What is taken from the bank's own accounts takes turns on their rows; what is added waits for nobody.
  PERFORM FROM ledger.account WHERE id = ANY (v_drawn) ORDER BY id FOR NO KEY UPDATE;
  FOR i IN 1 .. coalesce(cardinality(v_drawn), 0) LOOP
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
  IF v_corrections > 0 THEN
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
    WHERE e.xact_id IS DISTINCT FROM pg_current_xact_id() OR part.seq NOT BETWEEN 1 AND e.%I)', TG_ARGV[0]) INTO v_is_stray;
  IF v_is_stray THEN
    RAISE EXCEPTION 'an event is complete when it is written' USING ERRCODE = 'GR002';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION ledger.refuse_stray_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added part LEFT JOIN ledger.event e ON e.id = part.event_id
             WHERE e.xact_id IS DISTINCT FROM pg_current_xact_id() OR part.seq NOT BETWEEN 1 AND e.transfer_count OR part.debit_account = part.credit_account) THEN
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
