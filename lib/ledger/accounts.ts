import type { Address } from "viem";
import type { AccountClass } from "@/lib/ledger/chart-of-accounts";

/** Names an account; ledger.post opens it on first use. `profileId` ties it to a customer's scope. */
export type AccountRef = { class: AccountClass; owner?: string; profileId?: string };

/** A holder as the chain knows it, and the customer behind it where there is one. */
export type Holder = { wallet: Address; profileId?: string };

const walletKey = (wallet: Address) => `wallet:${wallet.toLowerCase()}`;

export const cash: AccountRef = { class: "cash" };
export const railClearing: AccountRef = { class: "rail_clearing" };
export const tokenSupply: AccountRef = { class: "token_supply" };
export const tokenControl: AccountRef = { class: "token_control" };
export const suspense: AccountRef = { class: "suspense" };
export const feePot: AccountRef = { class: "fee_pot" };

export const reserve = (collateralClass: number): AccountRef => ({
  class: "reserve",
  owner: `class:${collateralClass}`,
});
export const dollarDeposit = (profileId: string): AccountRef => ({
  class: "dollar_deposit",
  owner: `profile:${profileId}`,
  profileId,
});
export const walletMirror = ({ wallet, profileId }: Holder): AccountRef => ({
  class: "wallet_mirror",
  owner: walletKey(wallet),
  ...(profileId && { profileId }),
});
export const stakeMirror = ({ wallet, profileId }: Holder, operatorId: number): AccountRef => ({
  class: "stake_mirror",
  owner: `${walletKey(wallet)}:operator:${operatorId}`,
  ...(profileId && { profileId }),
});
export const unbondingMirror = ({ wallet, profileId }: Holder, operatorId: number): AccountRef => ({
  class: "unbonding_mirror",
  owner: `${walletKey(wallet)}:operator:${operatorId}`,
  ...(profileId && { profileId }),
});
export const rewardPool = (operatorId: number): AccountRef => ({
  class: "reward_pool",
  owner: `operator:${operatorId}`,
});
export const operatorFee = (operatorId: number): AccountRef => ({
  class: "operator_fee",
  owner: `operator:${operatorId}`,
});
export const operatorBond = (operatorId: number): AccountRef => ({
  class: "operator_bond",
  owner: `operator:${operatorId}`,
});
/** Slashed and still in Staking, for the account that the slash names. */
export const slashedToken = (to: Address): AccountRef => ({ class: "slashed_token", owner: walletKey(to) });
export const canaryPot: AccountRef = { class: "canary_pot" };
/** A jurisdiction id such as US, US-MD or US-MD-24031; "unknown" keeps a line whose residence is not known. */
export const taxWithheld = (jurisdiction: string): AccountRef => ({
  class: "tax_withheld",
  owner: `authority:${jurisdiction}`,
});
