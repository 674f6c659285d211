-- The demo clock only ever jumps forward; it may start in the past once, before anything is booked.
CREATE OR REPLACE FUNCTION bank.demo_only() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT mode FROM bank.installation) IS DISTINCT FROM 'demo' THEN
    RAISE EXCEPTION 'the clock moves in demo mode only' USING ERRCODE = 'GR003';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION bank.start_clock(start_seconds_ago bigint) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM bank.demo_only();
  IF start_seconds_ago < 0 THEN
    RAISE EXCEPTION 'the clock cannot start in the future' USING ERRCODE = 'GR003';
  END IF;
  IF EXISTS (SELECT FROM ledger.event) OR EXISTS (SELECT FROM bank.person) THEN
    RAISE EXCEPTION 'the clock starts before anything is booked' USING ERRCODE = 'GR003';
  END IF;
  PERFORM set_config('granary.clock_start', 'yes', true);
  UPDATE bank.demo_clock SET offset_seconds = -start_seconds_ago, moved_at = clock_timestamp();
  PERFORM set_config('granary.clock_start', '', true);
  RETURN bank.now();
END $$;

CREATE OR REPLACE FUNCTION bank.advance_clock(seconds bigint) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM bank.demo_only();
  UPDATE bank.demo_clock SET offset_seconds = offset_seconds + seconds, moved_at = clock_timestamp();
  RETURN bank.now();
END $$;

CREATE OR REPLACE FUNCTION bank.refuse_clock_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.offset_seconds < OLD.offset_seconds AND current_setting('granary.clock_start', true) IS DISTINCT FROM 'yes' THEN
    RAISE EXCEPTION 'the clock only jumps forward' USING ERRCODE = 'GR003';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER clock_forward BEFORE UPDATE ON bank.demo_clock
  FOR EACH ROW EXECUTE FUNCTION bank.refuse_clock_back();
