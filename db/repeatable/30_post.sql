-- The one door. One event of N transfers in one round trip:
-- {key, kind, subject, effectiveAt?, actor, requestId, detail?, transfers: [{asset, amount, debit: ref, credit: ref}]}
-- ref = {class, owner?, profileId?}; amount = digits. Same key and same payload answers the first event again;
-- same key and another payload is refused (GR001). Locks: the key first, then accounts by id, so posts never deadlock.
CREATE OR REPLACE FUNCTION ledger.post(payload jsonb) RETURNS TABLE (event_id bigint, replayed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_hash text := '0x' || encode(sha256(convert_to((payload - 'actor' - 'requestId')::text, 'UTF8')), 'hex');
  v_event bigint;
  v_known record;
  v_bad text;
  v_posted integer;
  v_count integer := coalesce(jsonb_array_length(payload -> 'transfers'), 0);
BEGIN
  IF v_count = 0 THEN
    RAISE EXCEPTION 'an event moves something' USING ERRCODE = 'GR004';
  END IF;

  INSERT INTO ledger.event (key, payload_hash, kind, subject, effective_at, recorded_at, actor, request_id,
                            transfer_count, detail)
  VALUES (payload ->> 'key', v_hash, payload ->> 'kind', payload ->> 'subject',
          coalesce((payload ->> 'effectiveAt')::timestamptz, bank.now()), bank.now(),
          payload ->> 'actor', payload ->> 'requestId', v_count, coalesce(payload -> 'detail', '{}'))
  ON CONFLICT (key) DO NOTHING RETURNING id INTO v_event;

  IF v_event IS NULL THEN
    SELECT id, payload_hash INTO v_known FROM ledger.event WHERE key = payload ->> 'key';
    IF v_known.payload_hash IS DISTINCT FROM v_hash THEN
      RAISE EXCEPTION 'key % was used for something else', payload ->> 'key' USING ERRCODE = 'GR001';
    END IF;
    RETURN QUERY SELECT v_known.id, true;
    RETURN;
  END IF;

  SELECT t ->> 'amount' INTO v_bad FROM jsonb_array_elements(payload -> 'transfers') AS t
  WHERE coalesce(t ->> 'amount', '') !~ '^[1-9][0-9]{0,36}$' LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'amount % is not a positive whole number of micros', v_bad USING ERRCODE = 'GR004';
  END IF;

  WITH refs AS (
    SELECT DISTINCT ON (ref ->> 'class', t ->> 'asset', coalesce(ref ->> 'owner', ''))
      ref ->> 'class' AS class, t ->> 'asset' AS asset, coalesce(ref ->> 'owner', '') AS owner,
      (ref ->> 'profileId')::uuid AS profile_id
    FROM jsonb_array_elements(payload -> 'transfers') AS t, LATERAL (VALUES (t -> 'debit'), (t -> 'credit')) AS r (ref)
    ORDER BY ref ->> 'class', t ->> 'asset', coalesce(ref ->> 'owner', ''), ref ->> 'profileId' NULLS LAST
  )
  INSERT INTO ledger.account (class, asset, side, is_clearing, owner, profile_id, bank_id, subsidiary_id, state_code)
  SELECT refs.class, refs.asset, coalesce(kind.side, 'debit'), coalesce(kind.is_clearing, false), refs.owner, refs.profile_id,
         coalesce(profile.bank_id, bank.home_bank()), coalesce(profile.subsidiary_id, 'main'),
         coalesce(profile.state_code, bank.home_state())
  FROM refs
  LEFT JOIN ledger.account_class kind ON kind.class = refs.class AND kind.asset = refs.asset
  LEFT JOIN bank.profile ON profile.id = refs.profile_id
  WHERE NOT EXISTS (
    SELECT FROM ledger.account a WHERE a.class = refs.class AND a.asset = refs.asset AND a.owner = refs.owner)
  ORDER BY refs.class, refs.asset, refs.owner
  ON CONFLICT (class, asset, owner) DO NOTHING;

  INSERT INTO ledger.transfer (event_id, seq, debit_account, credit_account, asset, amount_micros)
  SELECT v_event, t.seq, debit.id, credit.id, t.item ->> 'asset', (t.item ->> 'amount')::numeric
  FROM jsonb_array_elements(payload -> 'transfers') WITH ORDINALITY AS t (item, seq)
  JOIN ledger.account debit ON debit.class = t.item #>> '{debit,class}' AND debit.asset = t.item ->> 'asset'
    AND debit.owner = coalesce(t.item #>> '{debit,owner}', '')
  JOIN ledger.account credit ON credit.class = t.item #>> '{credit,class}' AND credit.asset = t.item ->> 'asset'
    AND credit.owner = coalesce(t.item #>> '{credit,owner}', '');
  GET DIAGNOSTICS v_posted = ROW_COUNT;
  IF v_posted <> v_count THEN
    RAISE EXCEPTION 'only % of % transfers found their accounts', v_posted, v_count USING ERRCODE = '40001';
  END IF;

  PERFORM FROM ledger.account
  WHERE id IN (SELECT debit_account FROM ledger.transfer WHERE event_id = v_event
               UNION SELECT credit_account FROM ledger.transfer WHERE event_id = v_event)
  ORDER BY id FOR NO KEY UPDATE;

  UPDATE ledger.account SET debits_micros = debits_micros + moved.debits, credits_micros = credits_micros + moved.credits
  FROM (
    SELECT leg.account_id, sum(leg.debit) AS debits, sum(leg.credit) AS credits
    FROM ledger.transfer t
    CROSS JOIN LATERAL (VALUES (t.debit_account, t.amount_micros, 0), (t.credit_account, 0, t.amount_micros))
      AS leg (account_id, debit, credit)
    WHERE t.event_id = v_event GROUP BY leg.account_id
  ) AS moved
  WHERE account.id = moved.account_id;

  RETURN QUERY SELECT v_event, false;
END $$;

-- What does not add up, in words; no row = the books are whole.
CREATE OR REPLACE FUNCTION ledger.verify() RETURNS TABLE (finding text) LANGUAGE sql STABLE AS $$
  WITH legs AS (
    SELECT debit_account AS account_id, amount_micros AS debit, 0::numeric AS credit FROM ledger.transfer
    UNION ALL SELECT credit_account, 0, amount_micros FROM ledger.transfer
  ), summed AS (
    SELECT account_id, sum(debit) AS debits, sum(credit) AS credits FROM legs GROUP BY account_id
  )
  SELECT 'account ' || a.id || ' does not equal its transfers'
  FROM ledger.account a LEFT JOIN summed s ON s.account_id = a.id
  WHERE a.debits_micros <> coalesce(s.debits, 0) OR a.credits_micros <> coalesce(s.credits, 0)
  UNION ALL
  SELECT 'the accounts in ' || asset || ' do not sum to zero' FROM ledger.account
  GROUP BY asset HAVING sum(debits_micros) <> sum(credits_micros)
  UNION ALL
  SELECT 'event ' || e.id || ' lacks transfers' FROM ledger.event e
  WHERE e.transfer_count <> (SELECT count(*) FROM ledger.transfer t WHERE t.event_id = e.id)
  UNION ALL
  SELECT 'tokens owed are not the tokens held' WHERE
    (SELECT coalesce(sum(credits_micros - debits_micros), 0) FROM ledger.account WHERE class = 'token_supply')
    <> (SELECT coalesce(sum(debits_micros - credits_micros), 0) FROM ledger.account WHERE class = 'token_control')
$$;
