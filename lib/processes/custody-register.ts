import { type Hex, hashTypedData } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Deployment } from "@/lib/chain/addresses";
import { custodyReceiptTypedData, releaseTypedData } from "@/lib/chain/typed-data";
import { failpoint } from "@/lib/failpoint";
import { Refused } from "@/lib/processes/small-server";
import { readState, writeState } from "@/lib/processes/state-file";
import type { ReleaseContent } from "@/lib/vendors/custodian/contract";
import { type CustodyDocument, type PositionContent, receiptHash } from "@/lib/vendors/custody-document";

export interface Receipt {
  digest: Hex;
  document: CustodyDocument;
  marketMicros: bigint;
  releasedMicros: bigint;
  receiptedAt: string;
}

interface Register {
  receipts: Record<Hex, Receipt>;
  releases: Record<Hex, Hex>;
}

/** What the custodian stand-in holds, on disk before it signs: a retry gets the same signature, a second use none. */
export function openCustodyRegister(config: { path: string; key: Hex; deployment: Deployment }) {
  const account = privateKeyToAccount(config.key);
  let register: Register = readState<Register>(config.path) ?? { receipts: {}, releases: {} };
  const domain = {
    chainId: config.deployment.chainId,
    verifyingContract: config.deployment.contracts.reserveRegistry,
  };
  const keep = (next: Register): void => {
    writeState(config.path, next);
    register = next;
  };

  return {
    signer: account.address,
    receipts: (): Receipt[] => Object.values(register.receipts),

    /** One receipt per position for ever; asked again with the same content, the same signature. */
    async signReceipt(request: { document: CustodyDocument; position: PositionContent }): Promise<Hex> {
      const { document, position } = request;
      if (document.positionId !== position.positionId || document.class !== position.class)
        throw new Refused(422, "document_differs");
      if (receiptHash(document) !== position.receiptHash) throw new Refused(422, "receipt_hash_differs");
      const typedData = custodyReceiptTypedData({ ...domain, position });
      const digest = hashTypedData(typedData);
      const known = register.receipts[position.positionId];
      if (known && known.digest !== digest) throw new Refused(409, "already_receipted");
      const reused = Object.values(register.receipts).some(
        (r) => r.document.reference === document.reference && r.document.positionId !== position.positionId,
      );
      if (reused) throw new Refused(409, "reference_already_receipted");
      if (!known) {
        const receipt = {
          digest,
          document,
          marketMicros: position.marketValue,
          releasedMicros: 0n,
          receiptedAt: new Date().toISOString(),
        };
        keep({ ...register, receipts: { ...register.receipts, [position.positionId]: receipt } });
        failpoint("custody.receipt-kept");
      }
      return account.signTypedData(typedData);
    },

    /** Never releases more of a position than was receipted. */
    async signRelease(content: ReleaseContent): Promise<Hex> {
      if (content.positionIds.length !== content.amounts.length) throw new Refused(422, "length_mismatch");
      const typedData = releaseTypedData({ ...domain, release: content });
      const digest = hashTypedData(typedData);
      const known = register.releases[content.releaseId];
      if (known && known !== digest) throw new Refused(409, "release_used");
      if (!known) {
        const receipts = { ...register.receipts };
        content.positionIds.forEach((positionId, i) => {
          const held = receipts[positionId];
          if (!held) throw new Refused(422, "position_not_in_custody", positionId);
          const releasedMicros = held.releasedMicros + (content.amounts[i] ?? 0n);
          if (releasedMicros > held.marketMicros) throw new Refused(422, "more_than_held", positionId);
          receipts[positionId] = { ...held, releasedMicros };
        });
        keep({ receipts, releases: { ...register.releases, [content.releaseId]: digest } });
        failpoint("custody.release-kept");
      }
      return account.signTypedData(typedData);
    },
  };
}
