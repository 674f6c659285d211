import { randomBytes } from "node:crypto";
import { DEMO_SECRET_MARK } from "@/lib/env";
import { type Home, readJson, writeJson } from "@/lib/processes/home";
import { Stop } from "@/tools/progress.mjs";

export type Hex = `0x${string}`;

/** Everything secret of one demo installation, in one file that only its owner reads. */
export interface Secrets {
  mnemonic: string;
  /** private keys and addresses of the mnemonic's accounts, by index */
  accounts: { address: Hex; key: Hex }[];
  nextauthSecret: string;
  fieldKey: string;
  blindIndexKey: string;
  standinToken: string;
  databasePasswords: Record<"superuser" | "owner" | "app" | "worker" | "signer" | "readonly", string>;
}

export const accountCount = 34;

/** What each account of the mnemonic is for. */
export const accountIndex = {
  deployer: 0,
  issuer: 1,
  registrar: 2,
  proposer: 3,
  guardian: 4,
  enforcer: 5,
  remitter: 6,
  faucet: 7,
  council: 8,
  bankPayout: 9,
  custodian: 10,
  valuer: 11,
  validator1: 12,
  validator2: 13,
  validator3: 14,
  validator4: 15,
  dataClient: 16,
  outsidePayout2: 17,
  outsidePayout3: 18,
  outsidePayout4: 19,
  firstPerson: 20,
  lastPerson: 29,
  certifier: 30,
  validator5: 31,
  affiliatePayout: 32,
  firstLoss: 33,
} as const;

export type AccountRole = keyof typeof accountIndex;

const base64 = () => randomBytes(32).toString("base64");
const text = () => randomBytes(24).toString("base64url");

export async function makeSecrets(mnemonic?: string): Promise<Secrets> {
  const { english, generateMnemonic, mnemonicToAccount } = await import("viem/accounts");
  const { bytesToHex } = await import("viem");
  const phrase = mnemonic ?? generateMnemonic(english);
  const accounts = Array.from({ length: accountCount }, (_, addressIndex) => {
    const account = mnemonicToAccount(phrase, { addressIndex });
    const key = account.getHdKey().privateKey;
    if (!key) throw new Error("the phrase gives no private key");
    return { address: account.address, key: bytesToHex(key) };
  });
  return {
    mnemonic: phrase,
    accounts,
    nextauthSecret: `${DEMO_SECRET_MARK}${base64()}`,
    fieldKey: base64(),
    blindIndexKey: base64(),
    standinToken: `${DEMO_SECRET_MARK}${text()}`,
    databasePasswords: {
      superuser: text(),
      owner: text(),
      app: text(),
      worker: text(),
      signer: text(),
      readonly: text(),
    },
  };
}

export async function secretsOf(home: Home): Promise<Secrets> {
  const known = readJson<Secrets>(home.secrets);
  const given = process.env.GRANARY_MNEMONIC?.trim().replace(/\s+/g, " ");
  if (known) {
    if (given && given !== known.mnemonic)
      throw new Stop(
        "GRANARY_MNEMONIC is not the phrase that this bank was made with: unset it, or begin anew with npm start -- --fresh.",
      );
    return known;
  }
  const made = await makeSecrets(given || undefined).catch((error: Error) => {
    if (given) throw new Stop("GRANARY_MNEMONIC is not a valid phrase of twelve to twenty-four words.");
    throw error;
  });
  writeJson(home.secrets, made, 0o600);
  return made;
}

export const keyOf = (secrets: Secrets, role: AccountRole): Hex => accountOf(secrets, role).key;

export function accountOf(secrets: Secrets, role: AccountRole): { address: Hex; key: Hex } {
  const account = secrets.accounts[accountIndex[role]];
  if (!account) throw new Error(`no account for ${role}`);
  return account;
}
