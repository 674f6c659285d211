import type { Actor, StaffRole } from "@/lib/auth/actor";
import { AppError } from "@/lib/errors";

export type Principal = "anonymous" | "customer" | "system" | StaffRole;

export const principals = [
  "anonymous",
  "customer",
  "system",
  "clerk",
  "compliance_officer",
  "valuer",
  "custodian",
  "examiner",
] as const satisfies readonly Principal[];

const everyStaff = ["clerk", "compliance_officer", "valuer", "custodian", "examiner"] as const;

/** Who may do what. A principal that is not named in a row is refused; nobody inherits from anybody. */
export const permissionTable = {
  "profile:open": ["system"],
  "profile:read_own": ["customer"],
  "identity:apply": ["customer"],
  "identity:read": ["clerk", "compliance_officer", "examiner"],
  "identity:decide": ["clerk", "compliance_officer"],
  "identity:reveal": ["clerk", "compliance_officer"],
  "identity:settle": ["system"],
  "customer:find": ["clerk", "compliance_officer", "examiner"],
  "dollars:bring": ["customer", "system"],
  "issuance:request": ["customer"],
  "issuance:settle": ["system"],
  "issuance:read": ["clerk", "compliance_officer", "valuer", "custodian", "examiner", "system"],
  "redemption:settle": ["system"],
  "reserve:release": ["clerk", "compliance_officer", "system"],
  "stake:prepare": ["customer"],
  "rewards:read_own": ["customer"],
  "claim:push": ["system"],
  "epoch:propose": ["system"],
  "remittance:prepare": ["compliance_officer", "system"],
  "faucet:grant": ["customer", "system"],
  "approval:read": everyStaff,
  "approval:submit": ["clerk", "compliance_officer"],
  "approval:decide": ["clerk", "compliance_officer"],
  "switch:read": everyStaff,
  "switch:set": ["compliance_officer", "system"],
  "operations:read": everyStaff,
  "operations:reconcile": ["compliance_officer", "system"],
  "audit:read": ["compliance_officer", "examiner"],
  "clock:advance": ["system"],
  "session:revoke": ["compliance_officer", "system"],
  "session:revoke_own": ["customer", ...everyStaff],
} as const satisfies Record<string, readonly Principal[]>;

export type Permission = keyof typeof permissionTable;

export const permissions = Object.keys(permissionTable) as Permission[];

export function principalOf(actor: Actor): Principal {
  return actor.kind === "staff" ? actor.role : actor.kind;
}

export function isPermitted(principal: Principal, permission: Permission): boolean {
  return (permissionTable[permission] as readonly Principal[] | undefined)?.includes(principal) ?? false;
}

export function hasPermission(actor: Actor, permission: Permission): boolean {
  return isPermitted(principalOf(actor), permission);
}

/** Refuses with `sign_in_required` when signing in could help, else with `not_allowed`. */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (hasPermission(actor, permission)) return;
  throw new AppError(actor.kind === "anonymous" ? "sign_in_required" : "not_allowed");
}
