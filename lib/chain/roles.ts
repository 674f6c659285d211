/** Role ids in the AccessManager, as in contracts/src/libraries/Roles.sol. */
export const roleIds = {
  admin: 0n,
  issuer: 1n,
  registrar: 2n,
  proposer: 3n,
  guardian: 4n,
  enforcer: 5n,
  remitter: 6n,
  custodian: 7n,
  valuer: 8n,
  certifier: 9n,
} as const;

/** Held by a contract of ours, never by a key. */
export const contractRoles = { validatorRegistry: 10n } as const;

export type ChainRole = keyof typeof roleIds;
