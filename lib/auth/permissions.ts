import type { Actor, StaffRole } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";

export type Principal = "anonymous" | "customer" | "system" | StaffRole;

export const principals = [
  "anonymous",
  "customer",
  "system",
  "clerk",
  "compliance",
  "valuer",
  "custodian",
  "examiner",
] as const satisfies readonly Principal[];

const everyStaff = ["clerk", "compliance", "valuer", "custodian", "examiner"] as const;

/** Who may do what. A principal that is not named in a row is refused; nobody inherits from anybody. */
export const permissionTable = {
  "profile:open": ["system"],
  "profile:read_own": ["customer"],
  "identity:apply": ["customer"],
  "identity:read": ["clerk", "compliance", "examiner"],
  "identity:decide": ["clerk", "compliance"],
  "identity:reveal": ["clerk", "compliance"],
  "identity:settle": ["system"],
  "customer:find": ["clerk", "compliance", "examiner"],
  "dollars:bring": ["customer", "system"],
  "dollars:send": ["customer"],
  "issuance:request": ["customer"],
  "issuance:settle": ["system"],
  "issuance:read": ["clerk", "compliance", "valuer", "custodian", "examiner", "system"],
  "redemption:prepare": ["customer"],
  "redemption:settle": ["system"],
  "reserve:release": ["clerk", "compliance", "system"],
  "stake:prepare": ["customer"],
  "rewards:read_own": ["customer"],
  "claim:push": ["system"],
  "epoch:propose": ["system"],
  "ledger:keep": ["system"],
  "account:set_state": ["compliance", "system"],
  "ledger:seal": ["system"],
  "remittance:prepare": ["compliance", "system"],
  "faucet:grant": ["customer", "system"],
  "certification:apply": ["customer", "clerk", "compliance"],
  "certification:read": everyStaff,
  "certification:check": ["clerk", "compliance"],
  "certification:ask": ["clerk", "compliance"],
  "certification:revoke": ["compliance"],
  "certification:settle": ["system"],
  "compliance:flag": ["compliance"],
  "approval:read": everyStaff,
  "approval:submit": ["clerk", "compliance"],
  "approval:decide": ["clerk", "compliance"],
  "switch:read": everyStaff,
  "switch:set": ["compliance", "system"],
  "operations:read": [...everyStaff, "system"],
  "operations:reconcile": ["compliance", "system"],
  "audit:read": ["compliance", "examiner"],
  "clock:advance": ["system"],
  "cheat:play": ["system"],
  "session:open": ["system"],
  "session:revoke": ["compliance", "system"],
  "session:revoke_own": ["customer", ...everyStaff],
} as const satisfies Record<string, readonly Principal[]>;

export type Permission = keyof typeof permissionTable;

export const permissions = Object.keys(permissionTable) as Permission[];

export function principalOf(actor: Actor): Principal {
  return actor.kind === "staff" ? actor.role : actor.kind;
}

export function isPermitted(principal: Principal, permission: Permission): boolean {
  if (!Object.hasOwn(permissionTable, permission)) return false;
  return (permissionTable[permission] as readonly Principal[]).includes(principal);
}

export function hasPermission(actor: Actor, permission: Permission): boolean {
  return isPermitted(principalOf(actor), permission);
}

/** Refuses with `sign_in_required` when signing in could help, else with `not_allowed`. */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (hasPermission(actor, permission)) return;
  throw refusalFor(actor);
}

/** Why whoever asks may not: a stranger signs in, somebody whose session ended learns that, anybody else is not allowed. */
export function refusalFor(actor: Actor): AppError {
  if (actor.kind !== "anonymous") return new AppError("not_allowed");
  if (actor.ended === undefined) return new AppError("sign_in_required");
  return new AppError(actor.ended === "by_time" ? "session_ended" : "signed_out");
}
