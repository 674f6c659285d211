import operators from "@/messages/en/operators.json";
import proof from "@/messages/en/proof.json";
import publicPages from "@/messages/en/public.json";
import reward from "@/messages/en/reward.json";
import shared from "@/messages/en/shared.json";
import stake from "@/messages/en/stake.json";

export const locale = "en-US";

/** Every customer text, one file per front. A second language is a second folder of the same shape. */
export const catalogue = { operators, proof, public: publicPages, reward, shared, stake };

export type Catalogue = typeof catalogue;
export type Front = keyof Catalogue;

declare module "use-intl/core" {
  interface AppConfig {
    Locale: typeof locale;
    Messages: Catalogue;
  }
}

/** The fronts that a client tree needs, so that no page carries the whole catalogue. */
export function pickMessages<F extends Front>(...fronts: F[]): Pick<Catalogue, F> {
  return Object.fromEntries(fronts.map((front) => [front, catalogue[front]])) as Pick<Catalogue, F>;
}
