import type { RefusalReason } from "@/lib/validators/verify";

/** What a validator found, as it is kept beside its verdict. */
export interface ToldFinding {
  reason: RefusalReason;
  stated: string;
  recomputed: string;
  /** of the batch's file, from 1 */
  line?: number | undefined;
}

/** One text a finding; read back by readFinding. */
export const writtenFinding = ({ reason, stated, recomputed, line }: { [K in keyof ToldFinding]: unknown }) =>
  `${reason}: stated ${stated}, recomputed ${recomputed}${line === undefined ? "" : `, line ${line}`}`;

const shape = /^([a-z_]+): stated (.*), recomputed (.*?)(?:, line (\d+))?$/s;

export function readFinding(text: string | undefined): ToldFinding {
  const [, reason, stated = "", recomputed = "", line] = shape.exec(text ?? "") ?? [];
  if (!reason)
    return { reason: (text?.split(":")[0] || "unexplained") as RefusalReason, stated: "", recomputed: "" };
  return {
    reason: reason as RefusalReason,
    stated,
    recomputed,
    ...(line !== undefined && { line: Number(line) }),
  };
}
