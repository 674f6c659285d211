-- Reading: what stands on every account now, and what does not add up.
CREATE OR REPLACE VIEW ledger.account_now AS
  SELECT a.id, a.class, a.asset, a.side, a.owner, a.profile_id, a.is_customer, a.is_clearing, a.state, a.held_micros,
         t.debits_micros, t.credits_micros
  FROM ledger.account a CROSS JOIN LATERAL ledger.totals_of(a.id) t;

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
  FROM ledger.checkpoint c
  WHERE (c.debits_micros, c.credits_micros) IS DISTINCT FROM (
    (SELECT coalesce(sum(t.amount_micros), 0) FROM ledger.transfer t WHERE t.debit_account = c.account_id AND t.event_id <= c.event_id),
    (SELECT coalesce(sum(t.amount_micros), 0) FROM ledger.transfer t WHERE t.credit_account = c.account_id AND t.event_id <= c.event_id))
  UNION ALL
  SELECT 'tokens owed are not the tokens held' WHERE
    (SELECT coalesce(sum(credits_micros - debits_micros), 0) FROM ledger.account_now WHERE class = 'token_supply')
    <> (SELECT coalesce(sum(debits_micros - credits_micros), 0) FROM ledger.account_now WHERE class = 'token_control')
$$;
