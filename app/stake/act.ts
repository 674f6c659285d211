type Refused = { code: string; reference?: string; details?: Record<string, string> };

/** What a safe action answers, narrowed to the two ends that a form cares about. */
type Answer<T> = { data?: T; serverError?: Refused; validationErrors?: unknown } | undefined;

export type Acted<T> = { ok: true; data: T } | { ok: false; refusal: Refused };

/** Calls an action; a network that is away becomes a refusal like any other, so that no form ever loses its text. */
export async function act<T>(run: () => Promise<Answer<T>>): Promise<Acted<T>> {
  try {
    const answer = await run();
    if (answer?.serverError) return { ok: false, refusal: answer.serverError };
    if (answer?.validationErrors) return { ok: false, refusal: { code: "invalid_input" } };
    if (answer && "data" in answer) return { ok: true, data: answer.data as T };
    return { ok: false, refusal: { code: "unexpected" } };
  } catch {
    return { ok: false, refusal: { code: "chain_behind" } };
  }
}
