-- What a dishonest bank tried in a demo, one attempt at a time. Written before it is done, so that nothing done is forgotten,
-- and kept once it is mended.
CREATE TABLE bank.cheat (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('balance', 'deposit', 'mint', 'tax')),
  begun_at timestamptz NOT NULL DEFAULT bank.now(),
  done_at timestamptz,
  -- the newest proposal when it was done: the first that can show it comes after that
  done_block bigint,
  undo_asked_at timestamptz,
  undone_at timestamptz,
  undone_block bigint,
  undone_xact xid8,
  equal_at timestamptz,
  mended_at timestamptz,
  amount_micros bank.micros NOT NULL,
  -- what everybody may read of it, and what undoing it needs
  told jsonb NOT NULL DEFAULT '{}',
  kept jsonb NOT NULL DEFAULT '{}',
  CHECK (mended_at IS NULL OR undone_at IS NOT NULL),
  CHECK (undone_at IS NULL OR undo_asked_at IS NOT NULL)
);
CREATE UNIQUE INDEX one_cheat_at_a_time ON bank.cheat ((true)) WHERE mended_at IS NULL;

CREATE FUNCTION bank.refuse_cheat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM bank.installation WHERE mode = 'demo') THEN
    RAISE EXCEPTION 'cheats are played in a demo only' USING ERRCODE = 'GR002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER demo_only BEFORE INSERT ON bank.cheat FOR EACH ROW EXECUTE FUNCTION bank.refuse_cheat();
