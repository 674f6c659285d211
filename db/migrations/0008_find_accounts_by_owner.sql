-- An account is found by its owner first: thousands share a class, few share an owner. Only the bank's own have none; an
-- index by class over all accounts would be chosen for everybody's while the tables have no statistics yet.
ALTER TABLE ledger.account DROP CONSTRAINT account_of_owner;
ALTER TABLE ledger.account ADD CONSTRAINT account_of_owner UNIQUE (owner, class, asset);
