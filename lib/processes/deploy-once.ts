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

/** One operator of the bank, three outside: no commission is the same, so that choosing one means something. */
const operators: OperatorParams[] = [
  {
    id: 1,
    signer: address("validator1"),
    node: nodeOf("validator1"),
    payoutWallet: address("bankPayout"),
    commissionBps: 500,
    ofBank: true,
  },
  {
    id: 2,
    signer: address("validator2"),
    node: nodeOf("validator2"),
    payoutWallet: address("outsidePayout2"),
    commissionBps: 400,
    ofBank: false,
  },
  {
    id: 3,
    signer: address("validator3"),
    node: nodeOf("validator3"),
    payoutWallet: address("outsidePayout3"),
    commissionBps: 300,
    ofBank: false,
  },
  {
    id: 4,
    signer: address("validator4"),
    node: nodeOf("validator4"),
    payoutWallet: address("outsidePayout4"),
    commissionBps: 600,
    ofBank: false,
  },
];

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
    // nobody in the demo has tokens when the contracts are made
    bondDueSeconds: 10 * 366 * 86_400,
  },
});
writeJson(env.deploymentPath, deployment);
