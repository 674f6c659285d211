import { join } from "node:path";

/** Where the demo's data client leaves the address of its wallet, for the bank to open its account. */
export const dataClientFile = (home: string) => join(home, "data-client", "wallet.json");
