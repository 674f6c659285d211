import { eq, sql } from "drizzle-orm";
import type { Hex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { openDb, openFor } from "@/db/client";
import { urlFor } from "@/db/migrate";
import { auditRow } from "@/db/schema/control";
import { staff } from "@/db/schema/staff";
import { recordAudit } from "@/lib/audit/record";
import { hashPassword } from "@/lib/auth/password";
import { publicClient } from "@/lib/chain/client";
import { deployment } from "@/lib/chain/deployment";
import { databaseUrl, env } from "@/lib/env";
import { dataClientFile } from "@/lib/processes/data-client-file";
import type { Person } from "@/lib/processes/end-screen";
import { homeAt, readJson, writeJson } from "@/lib/processes/home";
import { keyOf, type Secrets } from "@/lib/processes/secrets";
import { writeState } from "@/lib/processes/state-file";
import { type Engine, openEngine } from "@/lib/seed/engine";
import { historyDays, playHistory } from "@/lib/seed/history";
import { seedResidents, seedStaff } from "@/lib/seed/people";
import { contextOf } from "@/lib/seed/residents";
import { canTravel } from "@/lib/seed/time-machine";
import { activeProfile } from "@/lib/state-profile/queries";
import { liveCustodian } from "@/lib/vendors/custodian/live";
import { liveValuer } from "@/lib/vendors/valuer/live";

/**
 * Brings a fresh demo to life: ten people, and ninety days in which the bank's own commands did everything.
 * Runs once. A database in which it began and did not end is refused: half a history is worse than none.
 */
const system = { kind: "system", job: "seed" } as const;

async function main(): Promise<void> {
  if (!env.isDemo) throw new Error("The seed belongs to the demo: production has real people.");
  const home = homeAt(process.cwd(), env.home);
  const secrets = readJson<Secrets>(process.env.GRANARY_SECRETS ?? home.secrets);
  if (!secrets) throw new Error("The installation's secrets are not where GRANARY_HOME says.");
  const worker = openFor("worker");
  const { db } = worker;
  const client = publicClient();

  const state = await seedState(db);
  if (state === "ended") return say("the people are there already");
  if (state === "begun")
    throw new Error("An earlier seed did not come to its end: begin anew with npm start -- --fresh.");

  const head = await client.getBlock();
  const behindSeconds = Math.floor(Date.now() / 1000) - Number(head.timestamp);
  const hasPast = (await canTravel(client)) && behindSeconds >= historyDays * 86_400;
  if (hasPast) await db.execute(sql`select bank.start_clock(${behindSeconds}::bigint)`);

  const clerkId = await hire(db);
  const profile = activeProfile();
  const people = seedResidents(profile);
  const keys = env.seedKeys;
  writePeople(
    home.people,
    people.map((person, index) => ({ ...person, key: keys[index] as Hex })),
  );

  const dataClientKey = keyOf(secrets, "dataClient");
  writeState(dataClientFile(env.home), { address: privateKeyToAddress(dataClientKey) });
  if (hasPast) {
    const signer = openDb(urlFor(databaseUrl("worker"), "signer", secrets.databasePasswords.signer), {
      max: 4,
      name: "seed signer",
    });
    const token = env.standinToken;
    const engine = await openEngine({
      db,
      signerDb: signer.db,
      client,
      rpcUrl: env.chainRpcUrl,
      deployment: deployment(),
      signerKeys: {
        issuer: keyOf(secrets, "issuer"),
        registrar: keyOf(secrets, "registrar"),
        proposer: keyOf(secrets, "proposer"),
        remitter: keyOf(secrets, "remitter"),
        faucet: keyOf(secrets, "faucet"),
        certifier: keyOf(secrets, "certifier"),
      },
      validatorKeys: (["validator1", "validator2", "validator3", "validator4", "validator5"] as const).map(
        (role) => keyOf(secrets, role),
      ),
      custodian: liveCustodian({ url: env.custodianUrl, token }),
      valuer: liveValuer({ url: env.valuerUrl, token }),
      home: env.home,
    });
    const clerk = { kind: "staff", staffId: clerkId, role: "clerk", sessionId: "seed" } as const;
    const operatorKeys = (
      ["bankPayout", "outsidePayout2", "outsidePayout3", "outsidePayout4", "affiliatePayout"] as const
    ).map((role) => keyOf(secrets, role));
    await playHistory(engine, { db, clerk, people, keys, dataClientKey, operatorKeys, say });
    await catchUp(engine);
    await engine.settle();
    await signer.close();
  } else {
    say("this chain keeps its own time: ten people, and no history before today");
  }
  await db.transaction((tx) => mark(tx, "ended"));
  await worker.close();

  async function catchUp(engine: Engine) {
    const { rows } = await db.execute<{ behind: string }>(
      sql`select (-offset_seconds)::text as behind from bank.demo_clock`,
    );
    const behind = Number(rows[0]?.behind);
    if (behind > 0) await engine.jump(behind);
  }
}

type Database = ReturnType<typeof openFor>["db"];
type Transaction = Parameters<Parameters<Database["transaction"]>[0]>[0];

async function seedState(db: Database): Promise<"none" | "begun" | "ended"> {
  const rows = await db
    .select({ subject: auditRow.subject })
    .from(auditRow)
    .where(eq(auditRow.command, "seed"));
  if (rows.some(({ subject }) => subject === "seed:ended")) return "ended";
  return rows.length > 0 ? "begun" : "none";
}

const mark = (tx: Transaction, state: "begun" | "ended") =>
  recordAudit(tx, contextOf(tx as never, system), {
    command: "seed",
    subject: `seed:${state}`,
    permission: "clock:advance",
  });

/** Staff and the mark that the seed has begun, or neither. */
async function hire(db: Database): Promise<string> {
  const rows = await Promise.all(
    seedStaff.map(async ({ fullName, role, email, password }) => ({
      username: email,
      displayName: fullName,
      role,
      passwordHash: await hashPassword(password),
    })),
  );
  return await db.transaction(async (tx) => {
    await mark(tx, "begun");
    const hired = await tx.insert(staff).values(rows).returning({ id: staff.id, role: staff.role });
    const clerk = hired.find(({ role }) => role === "clerk");
    if (!clerk) throw new Error("a bank needs a clerk");
    return clerk.id;
  });
}

/** Who can sign in, for the terminal and for tests; readable by the installation's owner alone. */
function writePeople(
  path: string,
  residents: readonly ({ key: Hex } & ReturnType<typeof seedResidents>[number])[],
): void {
  const list: (Person & { slug: string; signInPath: string; walletKey?: Hex; address?: Hex })[] = [
    ...residents.map(({ slug, fullName, story, key }) => ({
      slug,
      name: fullName,
      role: story.split(":")[0]?.toLowerCase().replace("resident with a wallet", "resident") ?? "resident",
      story,
      signInPath: "/stake",
      signIn: `demo wallet, key ${key}`,
      walletKey: key,
      address: privateKeyToAddress(key),
    })),
    ...seedStaff.map(({ slug, fullName, story, role, email, password }) => ({
      slug,
      name: fullName,
      role: role === "compliance" ? "compliance officer" : role,
      story,
      signInPath: "/sign-in",
      email,
      password,
    })),
  ];
  writeJson(path, list, 0o600);
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.stack ?? error}\n`);
    say(error.message.split("\n")[0] ?? "the seed failed");
    process.exit(1);
  },
);
