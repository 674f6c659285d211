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
    'bank.audit_row', 'bank.origin', 'bank.compliance_decision', 'bank.disclosure_acceptance', 'bank.certification_evidence', 'bank.certification_check'] LOOP
    EXECUTE format('CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s
      FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()', name);
    EXECUTE format('CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON %s
      FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', name);
  END LOOP;
END $$;

-- An account opens empty. Of one that stands, a statement changes the state, and once whom it belongs to; its totals move
-- with its events alone, whose trigger works one level deeper.
CREATE OR REPLACE FUNCTION ledger.refuse_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an account''s totals move with its events, the rest of it stays' USING ERRCODE = 'GR002';
END $$;
CREATE OR REPLACE FUNCTION ledger.guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v_why text;
BEGIN
  IF NEW.state NOT IN ('open', 'frozen', 'closed') OR (NEW.is_mirror AND NEW.state <> 'open') THEN
    v_why := 'an account is open, frozen or closed, and only the chain freezes its own';
  ELSIF NOT NEW.is_customer AND NEW.profile_id IS NOT NULL THEN
    v_why := 'the bank''s own belongs to no profile';
  ELSIF NEW.class = 'dollar_deposit' AND NEW.owner IS DISTINCT FROM 'profile:' || NEW.profile_id THEN
    v_why := 'dollars belong to a profile';
  ELSIF TG_OP = 'INSERT' THEN
    IF NEW.debits_micros <> 0 OR NEW.credits_micros <> 0 OR NEW.held_micros <> 0 OR NEW.state <> 'open' THEN
      v_why := 'an account opens empty';
    END IF;
  ELSIF OLD.profile_id IS NOT NULL AND NEW.profile_id IS DISTINCT FROM OLD.profile_id THEN
    v_why := 'an account stays whose it is';
  ELSIF OLD.state = 'closed' AND NEW.state <> 'closed' THEN
    v_why := 'a closed account stays closed';
  ELSIF NEW.state = 'closed' AND OLD.state <> 'closed' AND EXISTS (
    SELECT FROM ledger.totals_of(NEW.id) t WHERE t.debits_micros <> t.credits_micros OR NEW.held_micros > 0) THEN
    v_why := 'an account closes empty';
  END IF;
  IF v_why IS NOT NULL THEN
    RAISE EXCEPTION '%', v_why USING ERRCODE = 'GR002';
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER account_stays BEFORE DELETE OR UPDATE OF id, bank_id, subsidiary_id, state_code, class, asset, side,
  is_clearing, is_customer, is_mirror, owner, opened_at, debits_micros, credits_micros, held_micros ON ledger.account
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_account_change();
CREATE OR REPLACE TRIGGER account_opens AFTER INSERT OR UPDATE OF state, profile_id ON ledger.account
  FOR EACH ROW EXECUTE FUNCTION ledger.guard_account();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE OR REPLACE TRIGGER hold_stays BEFORE INSERT OR UPDATE OR DELETE ON ledger.open_hold
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse_change();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON ledger.open_hold
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
