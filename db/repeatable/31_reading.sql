-- Reading: what stands on every account now, what stood on it at any moment, and what does not add up.
CREATE OR REPLACE VIEW ledger.account_now AS
  SELECT a.id, a.class, a.asset, a.side, a.owner, a.profile_id, a.is_customer, a.is_clearing, a.state, a.held_micros,
         t.debits_micros, t.credits_micros
  FROM ledger.account a CROSS JOIN LATERAL ledger.totals_of(a.id) t;

-- The legs of an account after an event, up to another. The pairs keep the planner to the indexes that begin with the account:
-- of a table that has just grown it may think that one account has most of it, and look through all events for each.
CREATE OR REPLACE FUNCTION ledger.legs_of(account bigint, after_event bigint, to_event bigint)
RETURNS TABLE (event_id bigint, seq integer, debit numeric, credit numeric) LANGUAGE sql STABLE AS $$
  SELECT t.event_id, t.seq, t.amount_micros::numeric, 0::numeric FROM ledger.transfer t
  WHERE (t.debit_account, t.event_id) > (account, after_event)
    AND (t.debit_account, t.event_id) <= (account, to_event)
  UNION ALL
  SELECT t.event_id, t.seq, 0, t.amount_micros FROM ledger.transfer t
  WHERE (t.credit_account, t.event_id) > (account, after_event)
    AND (t.credit_account, t.event_id) <= (account, to_event)
$$;

-- What stood on an account at a moment, by when things happened or by when they were written down: the last checkpoint
-- all of which lies before, later stretches that lie before as a whole, and single legs only of stretches on the edge.
CREATE OR REPLACE FUNCTION ledger.totals_at(account bigint, at timestamptz, by_recorded boolean)
RETURNS TABLE (debits_micros numeric, credits_micros numeric)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  v_from bigint := 0;
  v_part record;
  v_debits numeric;
  v_credits numeric;
BEGIN
  debits_micros := 0;
  credits_micros := 0;
  IF by_recorded THEN
    SELECT c.event_id, c.debits_micros, c.credits_micros INTO v_part FROM ledger.checkpoint c
    WHERE c.account_id = account AND c.all_recorded_by <= at ORDER BY c.all_recorded_by DESC, c.event_id DESC LIMIT 1;
  ELSE
    SELECT c.event_id, c.debits_micros, c.credits_micros INTO v_part FROM ledger.checkpoint c
    WHERE c.account_id = account AND c.all_effective_by <= at ORDER BY c.all_effective_by DESC, c.event_id DESC LIMIT 1;
  END IF;
  IF FOUND THEN
    v_from := v_part.event_id;
    debits_micros := v_part.debits_micros;
    credits_micros := v_part.credits_micros;
  END IF;
  FOR v_part IN
    SELECT c.event_id AS to_event, c.debits_micros - coalesce(b.debits_micros, 0) AS debits,
      c.credits_micros - coalesce(b.credits_micros, 0) AS credits, coalesce(b.event_id, 0) AS from_event,
      CASE WHEN by_recorded THEN c.latest_recorded_at ELSE c.latest_effective_at END <= at AS is_whole
    FROM (
      SELECT i.event_id FROM ledger.checkpoint i WHERE i.account_id = account AND i.event_id > v_from
        AND CASE WHEN by_recorded THEN i.earliest_recorded_at ELSE i.earliest_effective_at END <= at OFFSET 0
    ) AS reaching
    JOIN ledger.checkpoint c ON c.account_id = account AND c.event_id = reaching.event_id
    LEFT JOIN LATERAL (
      SELECT p.event_id, p.debits_micros, p.credits_micros FROM ledger.checkpoint p
      WHERE p.account_id = account AND p.event_id < c.event_id ORDER BY p.event_id DESC LIMIT 1
    ) AS b ON true
    UNION ALL
    SELECT 9223372036854775807, NULL, NULL, coalesce(
      (SELECT p.event_id FROM ledger.checkpoint p WHERE p.account_id = account ORDER BY p.event_id DESC LIMIT 1), 0), false
  LOOP
    IF v_part.is_whole THEN
      v_debits := v_part.debits;
      v_credits := v_part.credits;
    ELSE
      SELECT coalesce(sum(l.debit), 0), coalesce(sum(l.credit), 0) INTO v_debits, v_credits
      FROM ledger.legs_of(account, v_part.from_event, v_part.to_event) l
      CROSS JOIN LATERAL (SELECT o.effective_at, o.recorded_at FROM ledger.event o WHERE o.id = l.event_id OFFSET 0) AS e
      WHERE CASE WHEN by_recorded THEN e.recorded_at ELSE e.effective_at END <= at;
    END IF;
    debits_micros := debits_micros + v_debits;
    credits_micros := credits_micros + v_credits;
  END LOOP;
  RETURN NEXT;
END $$;

-- What stood on an account before one of its lines, in the order of events.
CREATE OR REPLACE FUNCTION ledger.totals_before(account bigint, event bigint, line integer)
RETURNS TABLE (debits_micros numeric, credits_micros numeric) LANGUAGE sql STABLE AS $$
  SELECT coalesce(min(b.debits_micros), 0) + coalesce(sum(l.debit), 0), coalesce(min(b.credits_micros), 0) + coalesce(sum(l.credit), 0)
  FROM (SELECT) AS one
  LEFT JOIN LATERAL (
    SELECT c.event_id, c.debits_micros, c.credits_micros FROM ledger.checkpoint c
    WHERE c.account_id = account AND c.event_id < event ORDER BY c.event_id DESC LIMIT 1
  ) AS b ON true
  LEFT JOIN LATERAL ledger.legs_of(account, coalesce(b.event_id, 0), event) l ON (l.event_id, l.seq) < (event, line)
$$;

-- A checkpoint says what the legs say, whoever writes it.
CREATE OR REPLACE FUNCTION ledger.check_checkpoint() RETURNS trigger LANGUAGE plpgsql
-- a look-up a row, whatever the planner expects of a table that has just grown
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE v_account bigint;
BEGIN
  SELECT c.account_id INTO v_account FROM added c
  LEFT JOIN LATERAL (
    SELECT p.event_id, p.debits_micros, p.credits_micros, p.all_effective_by, p.all_recorded_by FROM ledger.checkpoint p
    WHERE p.account_id = c.account_id AND p.event_id < c.event_id ORDER BY p.event_id DESC LIMIT 1
  ) AS b ON true
  CROSS JOIN LATERAL (
    SELECT count(*) AS n, sum(l.debit) AS debits, sum(l.credit) AS credits, min(e.effective_at) AS effective_from, max(e.effective_at) AS effective_by,
      min(e.recorded_at) AS recorded_from, max(e.recorded_at) AS recorded_by
    FROM ledger.legs_of(c.account_id, coalesce(b.event_id, 0), c.event_id) l
    CROSS JOIN LATERAL (SELECT o.effective_at, o.recorded_at FROM ledger.event o WHERE o.id = l.event_id OFFSET 0) AS e
  ) AS legs
  WHERE (c.debits_micros, c.credits_micros, c.leg_count, c.earliest_effective_at, c.latest_effective_at, c.earliest_recorded_at,
         c.latest_recorded_at, c.all_effective_by, c.all_recorded_by) IS DISTINCT FROM
    (coalesce(b.debits_micros, 0) + legs.debits, coalesce(b.credits_micros, 0) + legs.credits, legs.n, legs.effective_from, legs.effective_by,
     legs.recorded_from, legs.recorded_by, greatest(b.all_effective_by, legs.effective_by), greatest(b.all_recorded_by, legs.recorded_by))
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a checkpoint of account % is not what its legs say', v_account USING ERRCODE = 'GR002';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER checkpoint_holds AFTER INSERT ON ledger.checkpoint
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_checkpoint();

-- Checkpoints for every account with more legs since its last one than a read should add up: of the bank's own each time,
-- of customers', whose rows carry what stands now, when asked. Only up to events below which nothing is under way: whoever
-- drew an event's number had a transaction's number before, and when all transactions of that time have ended, no event up
-- to it can still appear.
CREATE OR REPLACE FUNCTION ledger.make_checkpoints(with_customers boolean) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
  v_tide ledger.tide;
  v_last bigint;
  v_made integer;
BEGIN
  IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
    RAISE EXCEPTION 'checkpoints are made in a transaction of their own' USING ERRCODE = 'GR004';
  END IF;
  SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO v_last FROM ledger.event_number;
  -- only now does this transaction get its number: whoever has drawn up to there has a lower one
  SELECT * INTO v_tide FROM ledger.tide FOR UPDATE;
  IF v_tide.next_event > v_tide.settled_event AND pg_snapshot_xmin(pg_current_snapshot()) >= v_tide.next_xact THEN
    v_tide.settled_event := v_tide.next_event;
  END IF;
  IF v_tide.next_event <= v_tide.settled_event THEN
    v_tide.next_event := v_last;
    v_tide.next_xact := pg_current_xact_id();
  END IF;

  -- no two sets are joined here but row by row: of a table that has just grown the planner expects too little
  WITH moved AS MATERIALIZED (
    SELECT t.debit_account AS id FROM ledger.transfer t
    WHERE with_customers AND t.event_id > v_tide.customers_until AND t.event_id <= v_tide.settled_event
    UNION
    SELECT t.credit_account FROM ledger.transfer t
    WHERE with_customers AND t.event_id > v_tide.customers_until AND t.event_id <= v_tide.settled_event
  ), candidate AS (
    SELECT a.id, 64 AS least_legs FROM ledger.account a WHERE NOT a.is_customer
    UNION ALL
    SELECT m.id, 16 FROM moved m CROSS JOIN LATERAL (SELECT FROM ledger.account a WHERE a.id = m.id AND a.is_customer OFFSET 0) AS customer
  ), due AS MATERIALIZED (
    SELECT c.id, c.least_legs, coalesce(b.event_id, 0) AS event_id, coalesce(b.debits_micros, 0) AS debits, coalesce(b.credits_micros, 0) AS credits,
      b.all_effective_by, b.all_recorded_by
    FROM candidate c LEFT JOIN LATERAL (
      SELECT * FROM ledger.checkpoint p WHERE p.account_id = c.id ORDER BY p.event_id DESC LIMIT 1
    ) AS b ON true
    WHERE (SELECT count(*) FROM (SELECT FROM ledger.legs_of(c.id, coalesce(b.event_id, 0), v_tide.settled_event) LIMIT c.least_legs + 1) AS few)
      > c.least_legs
  ), leg AS (
    SELECT d.id, d.least_legs, d.debits AS debits_before, d.credits AS credits_before, d.all_effective_by, d.all_recorded_by,
      l.event_id, l.debit, l.credit, e.effective_at, e.recorded_at, row_number() OVER (PARTITION BY d.id ORDER BY l.event_id, l.seq) AS place
    FROM due d CROSS JOIN LATERAL ledger.legs_of(d.id, d.event_id, v_tide.settled_event) l
    CROSS JOIN LATERAL (SELECT e.effective_at, e.recorded_at FROM ledger.event e WHERE e.id = l.event_id OFFSET 0) AS e
  ), placed AS (
    SELECT leg.*, (min(place) OVER (PARTITION BY id, event_id) - 1) / least_legs AS stretch FROM leg
  ), stretch AS (
    SELECT p.id, p.stretch, max(p.event_id) AS event_id, sum(p.debit) AS debits, sum(p.credit) AS credits, count(*) AS legs,
      min(p.effective_at) AS effective_from, max(p.effective_at) AS effective_by, min(p.recorded_at) AS recorded_from,
      max(p.recorded_at) AS recorded_by, max(p.stretch) OVER (PARTITION BY p.id) AS last, min(p.debits_before) AS debits_before,
      min(p.credits_before) AS credits_before, min(p.all_effective_by) AS all_effective_by, min(p.all_recorded_by) AS all_recorded_by
    FROM placed p GROUP BY p.id, p.stretch
  )
  INSERT INTO ledger.checkpoint (account_id, event_id, debits_micros, credits_micros, leg_count, earliest_effective_at, latest_effective_at,
    earliest_recorded_at, latest_recorded_at, all_effective_by, all_recorded_by)
  SELECT s.id, s.event_id, s.debits_before + sum(s.debits) OVER so_far, s.credits_before + sum(s.credits) OVER so_far, s.legs,
    s.effective_from, s.effective_by, s.recorded_from, s.recorded_by, greatest(s.all_effective_by, max(s.effective_by) OVER so_far),
    greatest(s.all_recorded_by, max(s.recorded_by) OVER so_far)
  FROM stretch s WHERE s.stretch < s.last
  WINDOW so_far AS (PARTITION BY s.id ORDER BY s.stretch);
  GET DIAGNOSTICS v_made = ROW_COUNT;
  UPDATE ledger.tide SET settled_event = v_tide.settled_event, next_event = v_tide.next_event, next_xact = v_tide.next_xact,
    customers_until = CASE WHEN with_customers THEN v_tide.settled_event ELSE v_tide.customers_until END;
  RETURN v_made;
END $$;


-- How far no event can still appear is what checkpoints stand on: it moves on as they move it, and nobody else's way.
CREATE OR REPLACE FUNCTION ledger.guard_tide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.settled_event = OLD.settled_event
        OR (NEW.settled_event = OLD.next_event AND NEW.settled_event > OLD.settled_event
            AND pg_snapshot_xmin(pg_current_snapshot()) >= OLD.next_xact))
      AND ((NEW.next_event, NEW.next_xact) = (OLD.next_event, OLD.next_xact)
        OR (NEW.next_event BETWEEN OLD.next_event AND (SELECT last_value FROM ledger.event_number)
            AND OLD.next_event <= NEW.settled_event AND NEW.next_xact = pg_current_xact_id()))
      AND NEW.customers_until BETWEEN OLD.customers_until AND NEW.settled_event
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the tide moves on with checkpoints' USING ERRCODE = 'GR002';
END $$;
CREATE OR REPLACE TRIGGER tide_moves_on BEFORE INSERT OR UPDATE OR DELETE ON ledger.tide
  FOR EACH ROW EXECUTE FUNCTION ledger.guard_tide();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.tide
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- What does not add up, in words; no row = the books are whole.
CREATE OR REPLACE FUNCTION ledger.verify() RETURNS TABLE (finding text) LANGUAGE sql STABLE AS $$
  WITH legs AS (
    SELECT debit_account AS account_id, event_id, asset, amount_micros AS debit, 0::numeric AS credit FROM ledger.transfer
    UNION ALL SELECT credit_account, event_id, asset, 0, amount_micros FROM ledger.transfer
  ), summed AS (
    SELECT account_id, sum(debit) AS debits, sum(credit) AS credits, min(asset) AS asset, max(asset) AS other FROM legs GROUP BY account_id
  )
  SELECT 'account ' || coalesce(a.id, s.account_id) || ' does not equal its transfers'
  FROM ledger.account_now a FULL JOIN summed s ON s.account_id = a.id
  WHERE a.id IS NULL OR a.debits_micros <> coalesce(s.debits, 0) OR a.credits_micros <> coalesce(s.credits, 0)
    OR s.asset <> a.asset OR s.other <> a.asset
  UNION ALL
  SELECT 'account ' || a.id || ' stands below zero' FROM ledger.account_now a
  WHERE NOT a.is_clearing AND CASE a.side WHEN 'credit' THEN a.credits_micros - a.debits_micros ELSE a.debits_micros - a.credits_micros END < 0
  UNION ALL
  SELECT 'account ' || a.id || ' does not hold back what its holds say' FROM ledger.account a
  LEFT JOIN (
    SELECT p.debit_account, sum(p.amount_micros) AS held FROM ledger.pending p
    WHERE NOT EXISTS (SELECT FROM ledger.resolution r WHERE r.pending_id = p.id) GROUP BY p.debit_account
  ) AS open ON open.debit_account = a.id
  LEFT JOIN (SELECT h.account_id, sum(h.amount_micros) AS held FROM ledger.open_hold h GROUP BY h.account_id) AS listed ON listed.account_id = a.id
  WHERE a.held_micros <> coalesce(open.held, 0) OR a.held_micros <> coalesce(listed.held, 0)
  UNION ALL
  SELECT 'the accounts in ' || asset || ' do not sum to zero' FROM ledger.account_now
  GROUP BY asset HAVING sum(debits_micros) <> sum(credits_micros)
  UNION ALL
  SELECT 'event ' || e.id || ' lacks transfers' FROM ledger.event e
  WHERE e.transfer_count <> (SELECT count(*) FROM ledger.transfer t WHERE t.event_id = e.id)
    OR e.pending_count <> (SELECT count(*) FROM ledger.pending p WHERE p.event_id = e.id)
    OR e.resolution_count <> (SELECT count(*) FROM ledger.resolution r WHERE r.event_id = e.id)
  UNION ALL
  SELECT 'transfer ' || t.seq || ' of event ' || t.event_id || ' belongs to none' FROM ledger.transfer t
  WHERE NOT EXISTS (SELECT FROM ledger.event e WHERE e.id = t.event_id)
  UNION ALL
  SELECT 'the checkpoint of account ' || c.account_id || ' at event ' || c.event_id || ' is not what its transfers sum to'
  FROM (
    SELECT p.account_id, p.event_id, p.debits_micros, p.credits_micros,
      lag(p.event_id, 1, 0) OVER own AS before_event, lag(p.debits_micros, 1, 0) OVER own AS debits_before,
      lag(p.credits_micros, 1, 0) OVER own AS credits_before
    FROM ledger.checkpoint p WINDOW own AS (PARTITION BY p.account_id ORDER BY p.event_id)
  ) AS c
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.debit), 0) AS debits, coalesce(sum(l.credit), 0) AS credits
    FROM ledger.legs_of(c.account_id, c.before_event, c.event_id) l
  ) AS legs
  WHERE (c.debits_micros, c.credits_micros) IS DISTINCT FROM (c.debits_before + legs.debits, c.credits_before + legs.credits)
  UNION ALL
  SELECT 'tokens owed are not the tokens held' WHERE
    (SELECT coalesce(sum(credits_micros - debits_micros), 0) FROM ledger.account_now WHERE class = 'token_supply')
    <> (SELECT coalesce(sum(debits_micros - credits_micros), 0) FROM ledger.account_now WHERE class = 'token_control')
$$;
