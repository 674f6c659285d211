import type { Tx } from "@/db/client";
import type { ApprovalKind, ApprovalPayload } from "@/lib/approvals/payload";
import type { CommandContext } from "@/lib/auth/actor";
import { approveIssuance } from "@/lib/collateral/commands/approve-issuance";
import { refuseIssuance } from "@/lib/collateral/commands/refuse-issuance";
import { openAccount } from "@/lib/ledger/commands/open-account";
import { carryOutCertification } from "@/lib/validators/commands/carry-out-certification";

type Act = (tx: Tx, ctx: CommandContext, payload: ApprovalPayload) => Promise<void>;

/** refused or too late, everything stays as it was and may be asked for again */
const certificationAct = { approve: carryOutCertification, refuse: async () => {} };

/** What happens when a second person says yes or no. */
export const approvalKinds: Record<ApprovalKind, { approve: Act; refuse: Act }> = {
  issuance_above_limit: { approve: approveIssuance, refuse: refuseIssuance },
  // refused or too late, it stays frozen
  account_opened: { approve: openAccount, refuse: async () => {} },
  certification_approve: certificationAct,
  certification_renew: certificationAct,
  certification_revoke: certificationAct,
  certification_reinstate: certificationAct,
};
