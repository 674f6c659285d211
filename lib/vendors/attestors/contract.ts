import type { Address, Hex } from "viem";

export type AttestorAnswer =
  | { answer: "signed"; operatorId: number; signer: Address; digest: Hex; signature: Hex }
  | {
      answer: "refused";
      digest: Hex;
      reason: string;
      stated: string;
      recomputed: string;
      line?: number | undefined;
    }
  | { answer: "silent" };

/** The validators' answers about one epoch, one entry per validator asked. */
export interface Attestors {
  ask(epoch: bigint): Promise<AttestorAnswer[]>;
}
