-- What is written stays: no role changes, deletes or truncates these rows, the owner included.
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'GR002';
END $$;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['ledger.event', 'ledger.transfer', 'ledger.account_class', 'ledger.pending', 'ledger.resolution',
    'ledger.checkpoint', 'ledger.account_history', 'ledger.seal_salt', 'ledger.seal', 'ledger.seal_chunk',
    'bank.audit_row', 'bank.origin', 'bank.compliance_decision', 'bank.disclosure_acceptance'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s
      FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()', name);
    EXECUTE format('CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', name);
  END LOOP;
END $$;

-- Of an account, a statement from outside changes who it belongs to once, and its state. Its totals move with its
-- events alone: their trigger works one level deeper, where this guard does not stand.
CREATE OR REPLACE FUNCTION ledger.guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'ledger.account rows are never deleted' USING ERRCODE = 'GR002';
  ELSIF TG_OP = 'INSERT' THEN
    IF NEW.debits_micros <> 0 OR NEW.credits_micros <> 0 OR NEW.held_micros <> 0 OR NEW.state <> 'open' THEN
      RAISE EXCEPTION 'an account opens empty' USING ERRCODE = 'GR002';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.bank_id, NEW.subsidiary_id, NEW.class, NEW.asset, NEW.side, NEW.is_clearing, NEW.is_customer, NEW.is_mirror,
      NEW.owner, NEW.opened_at, NEW.debits_micros, NEW.credits_micros, NEW.held_micros)
     IS DISTINCT FROM
     (OLD.id, OLD.bank_id, OLD.subsidiary_id, OLD.class, OLD.asset, OLD.side, OLD.is_clearing, OLD.is_customer, OLD.is_mirror,
      OLD.owner, OLD.opened_at, OLD.debits_micros, OLD.credits_micros, OLD.held_micros)
     OR (OLD.profile_id IS NOT NULL AND NEW.profile_id IS DISTINCT FROM OLD.profile_id) THEN
    RAISE EXCEPTION 'an account''s totals move with its events, the rest of it stays' USING ERRCODE = 'GR002';
  END IF;
  IF OLD.state = 'closed' AND NEW.state <> 'closed' THEN
    RAISE EXCEPTION 'a closed account stays closed' USING ERRCODE = 'GR002';
  END IF;
  IF NEW.state = 'closed' AND OLD.state <> 'closed' AND EXISTS (
    SELECT FROM ledger.totals_of(NEW.id) t WHERE t.debits_micros <> t.credits_micros OR NEW.held_micros > 0) THEN
    RAISE EXCEPTION 'an account closes empty' USING ERRCODE = 'GR002';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER account_stays BEFORE INSERT OR UPDATE OR DELETE ON ledger.account
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.guard_account();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE OR REPLACE TRIGGER hold_stays BEFORE INSERT OR UPDATE OR DELETE ON ledger.open_hold
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_change();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.open_hold
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
