import pg from "pg";
import { readDeployment } from "@/lib/chain/addresses";
import { rpc } from "@/lib/processes/chain";
import { databaseFailure } from "@/lib/processes/database-failure";
import type { Home } from "@/lib/processes/home";
import type { Installation } from "@/lib/processes/installation";
import type { Secrets } from "@/lib/processes/secrets";
import { Stop } from "@/tools/progress.mjs";

/** A database or a chain that this folder did not make is looked at before anything is written to it. */
export async function holdsBank(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ holds: boolean }>(
      "select to_regclass('bank.installation') is not null as holds",
    );
    return rows[0]?.holds === true;
  } catch (error) {
    throw new Stop(databaseFailure(error as Error));
  } finally {
    await client.end().catch(() => {});
  }
}

/** A new bank wants an empty database, a kept one its own: books without their keys and contracts are half a bank. */
export function checkOutsideDatabase({ holds, kept }: { holds: boolean; kept: boolean }): void {
  if (holds && !kept) {
    throw new Stop(
      "The database behind DATABASE_URL holds a bank, or the beginning of one, whose keys are not in this folder: set GRANARY_HOME to the folder it was started from, or name an empty database.",
    );
  }
  if (!holds && kept) {
    throw new Stop(
      "The database behind DATABASE_URL holds no bank, and this folder keeps the keys of one: name its own database, or begin anew with npm start -- --fresh.",
    );
  }
}

const leastCoinWei = 10n ** 18n;

/** Answers the chain's number, once it is sure that the chain can carry this bank. */
export async function checkOutsideChain(
  url: string,
  { home, secrets }: { home: Home; secrets: Secrets },
  kept: Installation | undefined,
): Promise<number> {
  const chainId = Number(
    await rpc<string>(url, "eth_chainId", [], 5_000).catch(() => {
      throw new Stop(
        `The chain at ${url} does not answer: check CHAIN_RPC_URL, or unset it for a chain of this folder.`,
      );
    }),
  );
  if (kept) {
    const { chainId: own, contracts } = readDeployment(home.deployment);
    const code = own === chainId && (await rpc<string>(url, "eth_getCode", [contracts.stateToken, "latest"]));
    if (!code || code === "0x") {
      throw new Stop(
        `The chain at ${url} does not hold the contracts of this bank: set CHAIN_RPC_URL to the chain as it was, or begin anew with npm start -- --fresh.`,
      );
    }
    return chainId;
  }
  const balances = await Promise.all(
    secrets.accounts.map(({ address }) => rpc<string>(url, "eth_getBalance", [address, "latest"])),
  );
  const empty = balances.filter((balance) => BigInt(balance) < leastCoinWei).length;
  if (empty > 0) {
    throw new Stop(
      `${empty} of the bank's ${balances.length} accounts have less than one coin on the chain at ${url}: set GRANARY_MNEMONIC to a phrase whose first ${balances.length} accounts are funded there.`,
    );
  }
  return chainId;
}
