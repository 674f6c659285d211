-- Dollars set aside for a conversion are a hold on the customer's deposit; the class of account that kept them goes.
DO $$
BEGIN
  IF EXISTS (SELECT FROM ledger.account WHERE class = 'dollar_held') THEN
    RAISE EXCEPTION 'these books keep dollars under way in a class of their own, as builds before the first release did: begin anew with npm start -- --fresh';
  END IF;
END $$;
ALTER TABLE ledger.account_class DISABLE TRIGGER USER;
DELETE FROM ledger.account_class WHERE class = 'dollar_held';
ALTER TABLE ledger.account_class ENABLE TRIGGER USER;
