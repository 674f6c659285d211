import { describe, expect, it } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import {
  isPermitted,
  type Permission,
  permissions,
  principals,
  requirePermission,
} from "@/lib/auth/permissions";
import { AppError } from "@/lib/errors";

// Written out a second time and by hand: a change in the table must be wanted twice.
// Columns: anonymous, customer, system, clerk, compliance, valuer, custodian, examiner.
const matrix: Record<Permission, string> = {
  "profile:open": "--y-----",
  "profile:read_own": "-y------",
  "identity:apply": "-y------",
  "identity:read": "---yy--y",
  "identity:decide": "---yy---",
  "identity:reveal": "---yy---",
  "identity:settle": "--y-----",
  "customer:find": "---yy--y",
  "dollars:bring": "-yy-----",
  "dollars:send": "-y------",
  "issuance:request": "-y------",
  "issuance:settle": "--y-----",
  "issuance:read": "--yyyyyy",
  "redemption:prepare": "-y------",
  "redemption:settle": "--y-----",
  "reserve:release": "--yyy---",
  "stake:prepare": "-y------",
  "rewards:read_own": "-y------",
  "claim:push": "--y-----",
  "epoch:propose": "--y-----",
  "ledger:keep": "--y-----",
  "account:set_state": "--y-y---",
  "ledger:seal": "--y-----",
  "remittance:prepare": "--y-y---",
  "faucet:grant": "-yy-----",
  "certification:apply": "-y-yy---",
  "certification:read": "---yyyyy",
  "certification:check": "---yy---",
  "certification:ask": "---yy---",
  "certification:revoke": "----y---",
  "certification:settle": "--y-----",
  "compliance:flag": "----y---",
  "approval:read": "---yyyyy",
  "approval:submit": "---yy---",
  "approval:decide": "---yy---",
  "switch:read": "---yyyyy",
  "switch:set": "--y-y---",
  "operations:read": "--yyyyyy",
  "operations:reconcile": "--y-y---",
  "audit:read": "----y--y",
  "clock:advance": "--y-----",
  "cheat:play": "--y-----",
  "session:open": "--y-----",
  "session:revoke": "--y-y---",
  "session:revoke_own": "-y-yyyyy",
};

describe("the permission table", () => {
  const cells = permissions.flatMap((permission) =>
    principals.map((principal, column) => ({ permission, principal, cell: matrix[permission][column] })),
  );

  it("decides every cell", () => {
    expect(Object.keys(matrix).sort()).toEqual([...permissions].sort());
    for (const row of Object.values(matrix)) expect(row).toMatch(new RegExp(`^[y-]{${principals.length}}$`));
  });

  it.each(cells)("$permission by $principal: $cell", ({ permission, principal, cell }) => {
    expect(isPermitted(principal, permission)).toBe(cell === "y");
  });

  it("gives nothing to anybody who is not signed in", () => {
    expect(permissions.filter((permission) => isPermitted("anonymous", permission))).toEqual([]);
  });

  it("lets nobody decide with a reader's role", () => {
    const reads = permissions.filter((permission) => isPermitted("examiner", permission));
    for (const permission of reads) expect(permission).toMatch(/:(read|find|revoke_own)$/);
  });

  it("refuses what is not in the table", () => {
    expect(isPermitted("system", "toString" as Permission)).toBe(false);
    expect(isPermitted("system", "money:print" as Permission)).toBe(false);
  });
});

describe("requirePermission", () => {
  const codeOf = (actor: Actor) => {
    try {
      requirePermission(actor, "identity:decide");
      return "allowed";
    } catch (error) {
      return error instanceof AppError ? error.code : error;
    }
  };

  it("asks a stranger to sign in and refuses whoever is known", () => {
    expect(codeOf({ kind: "anonymous" })).toBe("sign_in_required");
    expect(codeOf({ kind: "customer", profileId: "p", sessionId: "s" })).toBe("not_allowed");
    expect(codeOf({ kind: "staff", staffId: "s", role: "valuer", sessionId: "s" })).toBe("not_allowed");
    expect(codeOf({ kind: "staff", staffId: "s", role: "clerk", sessionId: "s" })).toBe("allowed");
  });
});
