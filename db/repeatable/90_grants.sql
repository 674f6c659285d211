-- Least privilege. Nobody but the owner writes ledger tables; ledger.post_many is the door. Nobody but the signer sees nonces.
REVOKE ALL ON ALL TABLES IN SCHEMA bank, ledger, chain FROM PUBLIC, granary_app, granary_worker, granary_signer, granary_readonly;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA bank, ledger, chain FROM PUBLIC, granary_app, granary_worker, granary_signer, granary_readonly;
REVOKE ALL ON SCHEMA bank, ledger, chain, public FROM PUBLIC, granary_app, granary_worker, granary_signer, granary_readonly;

GRANT USAGE ON SCHEMA bank, ledger, chain TO granary_app, granary_worker, granary_signer, granary_readonly;
GRANT EXECUTE ON FUNCTION bank.now(), bank.home_bank(), bank.home_state()
  TO granary_app, granary_worker, granary_signer, granary_readonly;
GRANT EXECUTE ON FUNCTION ledger.verify() TO granary_app, granary_worker, granary_readonly;
GRANT EXECUTE ON FUNCTION ledger.post(jsonb), ledger.post_many(jsonb), ledger.set_account_state(bigint, text)
  TO granary_app, granary_worker;
GRANT EXECUTE ON FUNCTION ledger.totals_of(bigint), ledger.legs_of(bigint, bigint, bigint), ledger.totals_at(bigint, timestamptz, boolean),
  ledger.totals_before(bigint, bigint, integer) TO granary_app, granary_worker, granary_readonly;
GRANT EXECUTE ON FUNCTION ledger.make_checkpoints(boolean) TO granary_worker;
GRANT EXECUTE ON FUNCTION bank.start_clock(bigint), bank.advance_clock(bigint) TO granary_worker;
GRANT SELECT ON bank.installation, bank.demo_clock, bank.switch, bank.heartbeat
  TO granary_app, granary_worker, granary_signer, granary_readonly;
GRANT INSERT, UPDATE ON bank.heartbeat TO granary_app, granary_worker, granary_signer;

-- app: the web server
GRANT SELECT ON ALL TABLES IN SCHEMA bank, ledger TO granary_app;
GRANT INSERT ON bank.person, bank.profile, bank.wallet, bank.identity_application, bank.disclosure_acceptance,
  bank.notification, bank.session, bank.siwe_nonce, bank.rate_window, bank.audit_row, bank.compliance_decision,
  bank.approval, bank.collateral_position, bank.issuance, bank.redemption, bank.dollar_transfer, bank.certification,
  bank.certification_evidence, bank.certification_check, bank.certification_act TO granary_app;
GRANT UPDATE ON bank.person, bank.profile, bank.wallet, bank.identity_application, bank.notification, bank.session,
  bank.siwe_nonce, bank.rate_window, bank.approval, bank.issuance, bank.redemption, bank.dollar_transfer,
  bank.collateral_position, bank.switch, bank.certification TO granary_app;
GRANT UPDATE (intent_id) ON bank.certification_act TO granary_app, granary_worker;
GRANT DELETE ON bank.siwe_nonce, bank.rate_window TO granary_app;
GRANT SELECT ON chain.block, chain.log, chain.cursor, chain.outbox_intent, chain.epoch, chain.epoch_batch, chain.epoch_attestation,
  chain.reward, chain.payout, chain.payout_line, chain.stake_event, chain.fee, chain.data_validation,
  chain.reserve_attestation, chain.operator, chain.operator_application, chain.operator_change, chain.operator_history,
  chain.epoch_vote, chain.canary TO granary_app;
GRANT INSERT ON chain.outbox_intent TO granary_app;

-- worker: indexer, epochs, jobs, seed
GRANT SELECT ON ALL TABLES IN SCHEMA bank, ledger TO granary_worker;
GRANT INSERT, UPDATE ON bank.staff, bank.person, bank.profile, bank.wallet, bank.identity_application, bank.notification,
  bank.session, bank.siwe_nonce, bank.rate_window, bank.approval, bank.collateral_position, bank.issuance,
  bank.redemption, bank.redemption_release, bank.dollar_transfer, bank.switch, bank.certification TO granary_worker;
GRANT INSERT ON bank.disclosure_acceptance, bank.audit_row, bank.compliance_decision, bank.reconciliation,
  bank.certification_evidence, bank.certification_check, bank.certification_act TO granary_worker;
GRANT DELETE ON bank.siwe_nonce, bank.rate_window TO granary_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON chain.block, chain.log TO granary_worker;
GRANT SELECT, INSERT, UPDATE ON chain.cursor, chain.epoch, chain.epoch_attestation, chain.reward, chain.payout,
  chain.payout_line, chain.stake_event, chain.fee, chain.data_validation, chain.reserve_attestation, chain.operator, chain.operator_application, chain.operator_change, chain.operator_history,
  chain.epoch_vote, chain.canary TO granary_worker;
GRANT DELETE ON chain.operator_change TO granary_worker;
GRANT SELECT, INSERT ON chain.outbox_intent, chain.epoch_batch TO granary_worker;
GRANT UPDATE (state, tx_hash, block_number, error, updated_at) ON chain.outbox_intent TO granary_worker;
GRANT SELECT (id, intent_id, chain_id, sender, nonce, purpose, tx_hash, created_at, sent_at, answer)
  ON chain.outbox_attempt TO granary_worker;

-- signer: sends what others decided, reads the act behind a mint or a certificate, and sees no person
GRANT SELECT (kind, operator_id, controller, owner_hash, affiliated, certified_until, order_hash, approval_id, intent_id)
  ON bank.certification_act TO granary_signer;
GRANT SELECT (issuance_id, position_row_id, profile_id, wallet_id, gross_micros, state, mint_intent_id, approval_id)
  ON bank.issuance TO granary_signer;
GRANT SELECT (id, position_id) ON bank.collateral_position TO granary_signer;
GRANT SELECT (id, profile_id, address) ON bank.wallet TO granary_signer;
GRANT SELECT (id, state) ON bank.approval TO granary_signer;
GRANT SELECT ON chain.outbox_intent, chain.block, chain.log, chain.cursor TO granary_signer;
GRANT UPDATE (state, tx_hash, block_number, error, updated_at) ON chain.outbox_intent TO granary_signer;
GRANT SELECT, INSERT ON chain.outbox_attempt TO granary_signer;
GRANT UPDATE (sent_at, answer) ON chain.outbox_attempt TO granary_signer;
GRANT SELECT, INSERT, UPDATE ON chain.nonce TO granary_signer;

-- readonly: reports and metrics, without personal data
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO granary_readonly;
GRANT SELECT ON chain.block, chain.log, chain.cursor, chain.outbox_intent, chain.epoch, chain.epoch_batch, chain.epoch_attestation,
  chain.reward, chain.payout, chain.payout_line, chain.stake_event, chain.fee, chain.data_validation,
  chain.reserve_attestation, chain.operator, chain.operator_application, chain.operator_change, chain.operator_history,
  chain.epoch_vote, chain.canary TO granary_readonly;
GRANT SELECT ON bank.audit_row, bank.approval, bank.reconciliation, bank.collateral_position, bank.issuance,
  bank.redemption, bank.redemption_release, bank.dollar_transfer, bank.certification, bank.certification_evidence,
  bank.certification_check, bank.certification_act TO granary_readonly;
GRANT SELECT (id, bank_id, subsidiary_id, state_code, person_id, kind, status, identity_state, created_at)
  ON bank.profile TO granary_readonly;

-- sealing: the worker seals; nobody else sees what hides accounts in the batches
GRANT EXECUTE ON FUNCTION ledger.seal_next(bigint, integer), ledger.seal_leaves(xid8, xid8, bytea), ledger.seal_instant(timestamptz),
  ledger.seal_private(bytea, integer, bigint, text), ledger.seal_blind(bytea, integer, bigint),
  ledger.seal_content(text, text, text, text, bytea, jsonb),
  ledger.seal_audit(timestamptz, timestamptz, text, text, text, text, text, jsonb) TO granary_worker;
GRANT EXECUTE ON FUNCTION ledger.sealed_chunk(bigint), ledger.seal_salt_hash(bigint) TO granary_app, granary_worker;
GRANT EXECUTE ON FUNCTION ledger.account_names(uuid, bigint[]) TO granary_app;
REVOKE ALL ON ledger.seal_salt FROM granary_app, granary_readonly;

GRANT SELECT ON SEQUENCE ledger.event_number TO granary_worker;

-- the job queue: tables with row security, owned by the owner, run by the worker, fed by the app through one function
DO $$
DECLARE name text;
BEGIN
  IF to_regnamespace('graphile_worker') IS NULL THEN RETURN; END IF;
  GRANT USAGE ON SCHEMA graphile_worker TO granary_worker, granary_readonly;
  GRANT ALL ON ALL TABLES IN SCHEMA graphile_worker TO granary_worker;
  GRANT ALL ON ALL SEQUENCES IN SCHEMA graphile_worker TO granary_worker;
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA graphile_worker TO granary_worker;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'graphile_worker' AND rowsecurity LOOP
    IF NOT EXISTS (SELECT FROM pg_policies WHERE schemaname = 'graphile_worker' AND tablename = name
                   AND policyname = 'granary_worker_runs') THEN
      EXECUTE format('CREATE POLICY granary_worker_runs ON graphile_worker.%I TO granary_worker USING (true) WITH CHECK (true)', name);
    END IF;
  END LOOP;
END $$;
CREATE OR REPLACE FUNCTION bank.add_job(task text, payload jsonb, job_key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM graphile_worker.add_job(task, payload::json, job_key := job_key);
END $$;
REVOKE ALL ON FUNCTION bank.add_job(text, jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bank.add_job(text, jsonb, text) TO granary_app, granary_worker;
