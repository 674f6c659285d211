import { z } from "zod";
import type { AttestorAnswer, AttestorHost, Attestors } from "@/lib/vendors/attestors/contract";

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
  details: z.object({ digest: hexText, stated: z.string(), recomputed: z.string() }),
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

const height = z
  .union([z.string().regex(/^\d{1,18}$/), z.number().int().nonnegative()])
  .transform((value) => BigInt(value));
const host = z.object({
  operatorId: z.number().int(),
  recomputedTo: height,
  finalTo: height.nullish().transform((value) => value ?? undefined),
  problem: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
});

/** The validators' own words about their hosts; one that is away, slow or unreadable is left out. */
export async function liveHosts(urls: readonly string[]): Promise<AttestorHost[]> {
  const answers = await Promise.all(
    urls.map(async (url): Promise<AttestorHost[]> => {
      try {
        const response = await fetch(new URL("/status", url), {
          redirect: "error",
          cache: "no-store",
          signal: AbortSignal.timeout(1_500),
        });
        return [host.parse(await response.json())];
      } catch {
        return [];
      }
    }),
  );
  return answers.flat();
}
