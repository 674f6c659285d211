import type { Hex } from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";

/** The curve behind the demo wallet's signatures; fetched when that wallet is first used. */
export const accountOf = (privateKey: Hex): PrivateKeyAccount => privateKeyToAccount(privateKey);
export const newKey = (): Hex => generatePrivateKey();
