import { concat, keccak256, toHex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { deployContracts, type OperatorParams } from "@/lib/chain/deploy";
import { env } from "@/lib/env";
import { microsPerDollar } from "@/lib/money/math";
import { readJson, writeJson } from "@/lib/processes/home";
import { type AccountRole, accountOf, keyOf, type Secrets } from "@/lib/processes/secrets";
import { activeProfile } from "@/lib/state-profile/queries";
import { ruleVersion } from "@/lib/tax/rates";

/** Deploys the demo's contracts once, with the deployer's key, which holds no right afterwards. */
const secrets = readJson<Secrets>(process.env.GRANARY_SECRETS ?? "");
if (!secrets) throw new Error("GRANARY_SECRETS does not name the installation's secrets");
const address = (role: AccountRole) => accountOf(secrets, role).address;
/** The demo's chain makes blocks by itself: a validator's node key stands in the registry and does nothing yet. */
const nodeOf = (role: AccountRole) =>
  privateKeyToAddress(keccak256(concat([keyOf(secrets, role), toHex("node")])));

/** Two of the bank's house, three outside: no commission is the same, so that choosing one means something. */
const operators: OperatorParams[] = (
  [
    ["validator1", "bankPayout", 500, true],
    ["validator2", "outsidePayout2", 400, false],
    ["validator3", "outsidePayout3", 300, false],
    ["validator4", "outsidePayout4", 600, false],
    ["validator5", "affiliatePayout", 450, true],
  ] as const
).map(([validator, payout, commissionBps, ofBank], place) => ({
  id: place + 1,
  signer: address(validator),
  node: nodeOf(validator),
  payoutWallet: address(payout),
  commissionBps,
  ofBank,
}));

const profile = activeProfile();
const deployment = await deployContracts({
  rpcUrl: env.chainRpcUrl,
  keys: { deployer: keyOf(secrets, "deployer") },
  params: {
    tokenName: profile.tokenName,
    tokenSymbol: profile.tokenSymbol,
    epochSeconds: profile.epochSeconds,
    unbondingSeconds: profile.unbondingSeconds,
    mintCapPerHourMicros: 2_000_000n * microsPerDollar,
    mintCapPerDayMicros: 10_000_000n * microsPerDollar,
    ruleVersion,
    roles: {
      issuer: address("issuer"),
      registrar: address("registrar"),
      proposer: address("proposer"),
      guardian: address("guardian"),
      enforcer: address("enforcer"),
      remitter: address("remitter"),
      custodian: address("custodian"),
      valuer: address("valuer"),
      council: address("council"),
      certifier: address("certifier"),
    },
    operators,
    firstLoss: address("firstLoss"),
    certifiedSeconds: 3 * 366 * 86_400,
  },
});
writeJson(env.deploymentPath, deployment);
