-- What is written stays: no role changes, deletes or truncates these rows, the owner included.
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'GR002';
END $$;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['ledger.event', 'ledger.transfer', 'ledger.account_class',
    'bank.audit_row', 'bank.compliance_decision', 'bank.disclosure_acceptance'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s
      FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()', name);
    EXECUTE format('CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', name);
  END LOOP;
END $$;

-- an account's totals grow; nothing else about it changes
CREATE OR REPLACE FUNCTION ledger.refuse_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'ledger.account rows are never deleted' USING ERRCODE = 'GR002';
  END IF;
  IF (NEW.id, NEW.bank_id, NEW.subsidiary_id, NEW.class, NEW.asset, NEW.side, NEW.is_clearing, NEW.owner, NEW.opened_at)
     IS DISTINCT FROM
     (OLD.id, OLD.bank_id, OLD.subsidiary_id, OLD.class, OLD.asset, OLD.side, OLD.is_clearing, OLD.owner, OLD.opened_at)
     OR (OLD.profile_id IS NOT NULL AND NEW.profile_id IS DISTINCT FROM OLD.profile_id)
     OR NEW.debits_micros < OLD.debits_micros OR NEW.credits_micros < OLD.credits_micros THEN
    RAISE EXCEPTION 'an account''s totals grow, the rest of it stays' USING ERRCODE = 'GR002';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER account_stays BEFORE UPDATE OR DELETE ON ledger.account
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_account_change();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- transfers join only the event of their own transaction
CREATE OR REPLACE FUNCTION ledger.refuse_late_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added JOIN ledger.event e ON e.id = added.event_id
             WHERE e.xact_id <> pg_current_xact_id()) THEN
    RAISE EXCEPTION 'an event is complete when it is written' USING ERRCODE = 'GR002';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER transfer_in_time AFTER INSERT ON ledger.transfer
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_late_transfer();

-- at commit: each event has the transfers it announced, and they sum to zero per asset over the accounts they touch
CREATE OR REPLACE FUNCTION ledger.check_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found_count integer;
  uneven text;
BEGIN
  SELECT count(*) INTO found_count FROM ledger.transfer WHERE event_id = NEW.id;
  IF found_count <> NEW.transfer_count THEN
    RAISE EXCEPTION 'event % does not have the transfers it announced', NEW.id USING ERRCODE = 'GR004';
  END IF;
  SELECT coalesce(legs.asset, 'no asset') INTO uneven FROM (
    SELECT account.asset, leg.amount
    FROM ledger.transfer t
    CROSS JOIN LATERAL (VALUES (t.debit_account, t.amount_micros), (t.credit_account, -t.amount_micros))
      AS leg (account_id, amount)
    LEFT JOIN ledger.account ON account.id = leg.account_id
    WHERE t.event_id = NEW.id
  ) legs GROUP BY legs.asset HAVING sum(legs.amount) <> 0 OR legs.asset IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'event % does not sum to zero in %', NEW.id, uneven USING ERRCODE = 'GR004';
  END IF;
  RETURN NULL;
END $$;
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'event_adds_up' AND tgrelid = 'ledger.event'::regclass) THEN
    CREATE CONSTRAINT TRIGGER event_adds_up AFTER INSERT ON ledger.event
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.check_event();
  END IF;
END $$;
