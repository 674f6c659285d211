import { randomInt } from "node:crypto";

/** A test that a bar repeats runs a few rounds in `npm test`, and as many as the bar asks in `npm run bar`. */
export const rounds = (usual: number): number => Number(process.env.BAR_ROUNDS ?? usual);

/** The seed that the bar printed; in `npm test` another one each time. */
export const barSeed = (): number => Number(process.env.BAR_SEED ?? randomInt(1, 2 ** 31));

export const patience = (usualMs: number): number => (process.env.BAR_ROUNDS ? 3_600_000 : usualMs);
