import { z } from "zod";
import type { AttestorAnswer, Attestors } from "@/lib/vendors/attestors/contract";

const timeoutMs = 4_000;
const hexText = z.string().regex(/^0x[0-9a-fA-F]+$/);
const signed = z.object({
  operatorId: z.number().int(),
  signer: hexText,
  digest: hexText,
  signature: hexText,
});
const refused = z.object({
  refused: z.string(),
  details: z.object({
    digest: hexText,
    stated: z.string(),
    recomputed: z.string(),
    line: z.number().int().optional(),
  }),
});

/** Asks every validator over HTTP; one that is away, slow or not done yet is silent. */
export function liveAttestors(urls: readonly string[]): Attestors {
  const askOne = async (url: string, epoch: bigint): Promise<AttestorAnswer> => {
    try {
      const response = await fetch(new URL(`/attestations/${epoch}`, url), {
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const body: unknown = await response.json();
      if (response.ok) return { answer: "signed", ...signed.parse(body) } as AttestorAnswer;
      const refusal = refused.safeParse(body);
      if (response.status !== 409 || !refusal.success) return { answer: "silent" };
      return {
        answer: "refused",
        reason: refusal.data.refused,
        ...refusal.data.details,
      } as AttestorAnswer;
    } catch {
      return { answer: "silent" };
    }
  };
  return { ask: (epoch) => Promise.all(urls.map((url) => askOne(url, epoch))) };
}
