import { z } from "zod";

export const county = z.object({ fips: z.string().regex(/^\d{5}$/), name: z.string().min(3) });

const pace = z.object({
  epochSeconds: z.number().int().positive(),
  unbondingSeconds: z.number().int().positive(),
});

/** One installation's state: a default file for Maryland, derived for every other (DECISIONS 7, 10). */
export const stateProfileSchema = z.object({
  code: z.string().regex(/^[A-Z]{2}$/),
  fips: z.string().regex(/^\d{2}$/),
  name: z.string().min(4),
  /** "the District of Columbia" where a sentence needs the article */
  nameInSentence: z.string().min(4),
  capital: z.string().min(4),
  timeZone: z.string().regex(/^[A-Z][A-Za-z]+\/[A-Za-z_/]+$/),
  bankName: z.string().min(10),
  tokenName: z.string().min(5).max(40),
  tokenSymbol: z.string().regex(/^[A-Z]{3,6}$/),
  /** on = cash and bills only as collateral, and no rewards (GENIUS s.4); this bank issues a collateralised token */
  isPaymentStablecoin: z.boolean(),
  /** where customers may live; a partition is the customer's state of residence */
  partitions: z.array(z.string().regex(/^US-[A-Z]{2}$/)).min(1),
  pace: z.object({ demo: pace, production: pace }),
});

export type County = z.infer<typeof county>;
export type StateProfileFile = z.infer<typeof stateProfileSchema>;

/** The profile as the bank reads it: the file, the state's counties, and the pace of the running mode. */
export type StateProfile = StateProfileFile & {
  counties: readonly County[];
  epochSeconds: number;
  unbondingSeconds: number;
};
