-- An account is found by its owner first: thousands share a class, few share an owner.
ALTER TABLE ledger.account DROP CONSTRAINT account_of_owner;
ALTER TABLE ledger.account ADD CONSTRAINT account_of_owner UNIQUE (owner, class, asset);
CREATE INDEX account_of_class ON ledger.account (class, asset);
