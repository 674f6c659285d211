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

const words = (text: string) => text.replaceAll(/\b(private|internal)\b/g, "private").replaceAll(/\s+/g, " ");

/** What stands between "from" and "end" marks and is not, word for word, in the file that it names. */
export function strayExcerpts(text = proofsText()): string[] {
  const marked = [...text.matchAll(/\/\/ from (\S+)\n([\s\S]*?)\/\/ end\n/g)];
  const begun = text.split("// from src").length - 1;
  if (begun !== marked.length) return [`${begun} excerpts begin and ${marked.length} end`];
  return marked.flatMap(([, file = "", excerpt = ""]) =>
    words(readFileSync(inProject("contracts", file), "utf8")).includes(words(excerpt).trim())
      ? []
      : [`not in ${file}: ${words(excerpt).trim().slice(0, 80)} …`],
  );
}

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
  ["tactic.default_tactic=qfnra-nlsat", "rlimit=10000000"],
  ["rlimit=20000000"],
  ["smt.arith.solver=2", "rlimit=20000000"],
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
        bmcLoopIterations: 4,
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
