import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inProject } from "@/lib/processes/running-bank";

/** The proofs of contracts/test/smt: solc turns each into questions, z3 answers them. */
export const proofsFile = "test/smt/Proofs.sol";
const proofsText = () => readFileSync(inProject("contracts", proofsFile), "utf8");

export const proofNames = (text = proofsText()): string[] =>
  [...text.matchAll(/^contract (ProofOf\w+)/gm)].flatMap(([, name]) => name ?? []);

export const proverVersion = (): string | undefined => {
  const { stdout, status } = spawnSync("z3", ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
};

export interface Proof {
  name: string;
  proved: number;
  /** each with the line that it is about */
  open: string[];
}

interface Solc {
  compile(
    input: string,
    callbacks: {
      import: (path: string) => { contents: string } | { error: string };
      smtSolver: (query: string) => { contents: string };
    },
  ): string;
}
interface Message {
  errorCode: string;
  severity: string;
  message: string;
  formattedMessage: string;
}

// Nonlinear arithmetic first, over the reals: what is so for them is so for integers. Limits are in z3's own steps, so that
// a busy machine finds what a quiet one finds.
const tactics = [
  ["tactic.default_tactic=qfnra-nlsat", "rlimit=1000000"],
  ["smt.arith.solver=2", "rlimit=4000000"],
  ["rlimit=20000000"],
];

function answer(query: string, folder: string): string {
  const file = join(folder, "query.smt2");
  writeFileSync(file, query);
  for (const tactic of tactics) {
    const { stdout } = spawnSync("z3", ["-smt2", "-T:60", ...tactic, file], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    if (/^(un)?sat/.test(stdout)) return stdout;
  }
  return "unknown\n";
}

const isProved = 2961;
const isNote = new Set(["3993", "8364", "7737", "2018", "5724"]);

export interface Break {
  proof: string;
  file: string;
  line: string;
  broken: string;
}

const at =
  (file: string, proof: string) =>
  (line: string, broken: string): Break => ({ proof, file: `src/libraries/${file}.sol`, line, broken });
const fee = at("RewardIndex", "ProofOfCommission");
const drip = at("RewardIndex", "ProofOfDrip");
const index = at("RewardIndex", "ProofOfIndex");
const claims = at("RewardIndex", "ProofOfClaims");
const shares = at("StakeShares", "ProofOfShares");
const slashes = at("StakeShares", "ProofOfSlashes");
const release = at("Collateral", "ProofOfRelease");
const cap = at("RollingCap", "ProofOfCap");
const quorum = at("Quorum", "ProofOfQuorum");

/** One wrong word each: the proof that it names must fall, or it proves nothing. */
export const breaks: readonly Break[] = [
  at("RateClass", "ProofOfSplit")("lines.net = base - lines.federal", "lines.net = base"),
  fee("commissionBps / BPS", "commissionBps / BPS + 1"),
  drip("(end - from) : amount", "(end - from) : amount + 1"),
  drip("(time - from)", "(end - time)"),
  drip("/ (end - from)", "/ (end - time)"),
  index("amount * SCALE / earning", "amount * SCALE / earning + 1"),
  index("rise < room ?", "rise > room ?"),
  index("Division.up(rise * earning, SCALE)", "rise * earning / SCALE"),
  claims("shares * index / SCALE;", "shares * index / SCALE + 1;"),
  claims("Division.up(shares * index, SCALE)", "shares * index / SCALE"),
  claims("index)) - debt;", "index)) - debt + 1;"),
  shares("amount * shares / assets", "Division.up(amount * shares, assets)"),
  shares("Division.up(amount * shares, assets)", "amount * shares / assets"),
  shares("held * assets / shares", "Division.up(held * assets, shares)"),
  slashes("Division.up(amount * part, whole)", "amount * part / whole"),
  slashes("Division.up(shares, MAX_SHARES_PER_UNIT)", "shares / MAX_SHARES_PER_UNIT"),
  release("Division.up(marketValue * amount, lendableValue)", "marketValue * amount / lendableValue"),
  release("Division.up(marketValue * amount, lendableValue)", "amount"),
  cap("(0, current, previous)", "(0, current, older)"),
  cap("passed == 2 ? current", "passed == 3 ? current"),
  cap("uint256(current) + previous + older", "uint256(current) + previous"),
  cap("length / 2", "length / 3"),
  quorum("outside / 2;", "Division.up(outside, 2);"),
  quorum("ofBank < half ? ofBank", "ofBank > half ? ofBank"),
  quorum("Division.up(total * 2, 3)", "total * 2 / 3"),
  quorum("signed * counted / ofBank", "Division.up(signed * counted, ofBank) + 1"),
  at("Division", "ProofOfRelease")("(a - 1) / b + 1", "a / b"),
];

export function proveBroken({ proof, file, line, broken }: Break): Proof {
  return prove(proof, (path, text) => {
    if (path !== file) return text;
    if (text.split(line).length !== 2) throw new Error(`${file} does not say once: ${line}`);
    return text.replace(line, broken);
  });
}

/** `edit` lets a test break a source and see the proof fall. */
export function prove(name: string, edit: (path: string, text: string) => string = (_, text) => text): Proof {
  const solc = createRequire(import.meta.url)("solc") as Solc;
  const folder = mkdtempSync(join(tmpdir(), "granary-proof-"));
  const read = (path: string) => {
    const file = path.startsWith("@") ? inProject("node_modules", path) : inProject("contracts", path);
    return existsSync(file)
      ? { contents: edit(path, readFileSync(file, "utf8")) }
      : { error: `${path} is not there` };
  };
  const input = {
    language: "Solidity",
    sources: { [proofsFile]: { content: edit(proofsFile, proofsText()) } },
    settings: {
      evmVersion: "cancun",
      modelChecker: {
        contracts: { [proofsFile]: [name] },
        engine: "bmc",
        solvers: ["smtlib2"],
        targets: ["assert", "overflow", "underflow", "divByZero"],
        showUnproved: true,
        showProvedSafe: true,
        divModNoSlacks: true,
      },
      outputSelection: {},
    },
  };
  try {
    const output = solc.compile(JSON.stringify(input), {
      import: read,
      smtSolver: (query) => ({ contents: answer(query, folder) }),
    });
    const { errors = [] } = JSON.parse(output) as { errors?: Message[] };
    const proved = errors.filter(({ errorCode }) => Number(errorCode) === isProved).length;
    const open = errors
      .filter(({ errorCode }) => Number(errorCode) !== isProved && !isNote.has(errorCode))
      .map(
        ({ message, formattedMessage }) =>
          `${message.split("\n")[0]} ${/^ *\d+ \|.*$/m.exec(formattedMessage)?.[0].trim() ?? ""}`,
      );
    return { name, proved, open };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
