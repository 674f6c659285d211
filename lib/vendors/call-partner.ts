import { AppError } from "@/lib/errors";

const timeoutMs = 8_000;

/** One JSON call to a partner; partner_down when it does not answer, with its reason when it refuses. */
export async function callPartner<T>(input: {
  partner: string;
  url: string;
  token: string;
  body: unknown;
}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(input.url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${input.token}` },
      body: JSON.stringify(input.body, (_, v) => (typeof v === "bigint" ? v.toString() : v)),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw new AppError("partner_down", { partner: input.partner }, { cause });
  }
  const answer = (await response.json().catch(() => ({}))) as { refused?: string };
  if (!response.ok)
    throw new AppError("partner_down", {
      partner: input.partner,
      refused: answer.refused ?? String(response.status),
    });
  return answer as T;
}
