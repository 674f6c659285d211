-- Books restored from a backup are older than the chain: nothing is sent until a person has looked.
ALTER TABLE bank.switch DROP CONSTRAINT switch_name_check;
ALTER TABLE bank.switch ADD CONSTRAINT switch_name_check
  CHECK (name IN ('mint', 'issue', 'stake', 'payout', 'sign_in', 'redeem', 'send'));
INSERT INTO bank.switch (name) VALUES ('send');

-- Every server and timeline that these books have lived on; a second one means that they were restored.
CREATE TABLE bank.origin (
  system_identifier text NOT NULL,
  timeline integer NOT NULL CHECK (timeline > 0),
  noticed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (system_identifier, timeline)
);
