-- Whether the bank's own transactions may be sent. The first look at books that were restored turns that off: a restore
-- begins a new timeline, a dump a new server. A person turns it on again once chain and books have been compared.
CREATE OR REPLACE FUNCTION bank.may_send() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_system text := (SELECT system_identifier::text FROM pg_control_system());
  v_timeline integer := ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer;
BEGIN
  IF NOT EXISTS (SELECT FROM bank.origin WHERE system_identifier = v_system AND timeline = v_timeline) THEN
    INSERT INTO bank.origin (system_identifier, timeline) VALUES (v_system, v_timeline) ON CONFLICT DO NOTHING;
    IF FOUND AND (SELECT count(*) FROM bank.origin) > 1 THEN
      UPDATE bank.switch SET is_on = false, changed_by = 'system:restore', changed_at = bank.now(),
        reason = 'The books were restored from a backup. Compare them with the chain before anything is sent.'
      WHERE name = 'send';
      INSERT INTO bank.audit_row (actor, request_id, command, permission, subject, detail)
      VALUES ('system:restore', 'restore:' || v_system || ':' || v_timeline, 'notice-restore', 'switch:set', 'switch:send',
              jsonb_build_object('system', v_system, 'timeline', v_timeline));
    END IF;
  END IF;
  RETURN (SELECT is_on FROM bank.switch WHERE name = 'send');
END $$;
REVOKE ALL ON FUNCTION bank.may_send() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bank.may_send() TO granary_signer, granary_worker;
GRANT SELECT ON bank.origin TO granary_signer;
