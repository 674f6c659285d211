import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import type { PublicClient } from "viem";
import { chainClient } from "@/lib/chain/client";
import { type ChainNode, openNode } from "@/lib/chain/node";
import { anvilBinary } from "@/lib/processes/chain";
import { anyFree } from "@/lib/processes/ports";

export interface AnvilNode {
  url: string;
  rpc: ChainNode;
  client: PublicClient;
  one<T>(method: string, ...params: unknown[]): Promise<T>;
  end(): Promise<void>;
}

/** Ends anvil when the pipe to its parent closes, however the parent ended. */
const watched =
  '"$@" </dev/null & child=$!; read -r _; kill -9 "$child" 2>/dev/null; wait "$child" 2>/dev/null';
const startMs = 20_000;

/** An anvil that mines only when told, in the order in which it was given transactions, and ends with this process. */
export async function startAnvilNode(input: {
  chainId: number;
  args: string[];
  home: string;
}): Promise<AnvilNode> {
  for (let tries = 1; ; tries++) {
    const port = await anyFree();
    const child = spawn(
      "/bin/sh",
      [
        ...["-c", watched, "anvil", anvilBinary()],
        ...["--host", "127.0.0.1", "--port", String(port), "--accounts", "0"],
        ...["--chain-id", String(input.chainId), "--hardfork", "prague", "--no-mining", "--order", "fifo"],
        // its own state is all it needs: what happened before lies in the chain it follows
        ...["--slots-in-an-epoch", "1", "--prune-history", "4", "--transaction-block-keeper", "16"],
        ...["--disable-pool-balance-checks", ...input.args],
      ],
      {
        stdio: ["pipe", "pipe", "pipe"],
        env: {
          NODE_ENV: process.env.NODE_ENV,
          PATH: process.env.PATH ?? "/usr/bin:/bin",
          HOME: input.home,
          TZ: "UTC",
        },
      },
    );
    let said = "";
    let gone = false;
    const listen = (words: Buffer) => {
      if (said.length < 10_000) said += words;
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", () => {
      gone = true;
    });
    child.once("exit", () => {
      gone = true;
    });
    child.stdin.on("error", () => {});
    const end = async () => {
      child.stdin.end();
      for (const until = Date.now() + 3_000; !gone && Date.now() < until; ) await wait(10);
      if (!gone) child.kill("SIGKILL");
    };
    const failed = () => gone || /^Error/m.test(said);
    for (const until = Date.now() + startMs; !said.includes("Listening on"); await wait(15))
      if (failed() || Date.now() > until) break;
    if (!said.includes("Listening on")) {
      await end();
      if (tries === 3) throw new Error(`the own node did not start: ${said.trim().slice(-300)}`);
      continue;
    }
    const url = `http://127.0.0.1:${port}`;
    const rpc = openNode(url, 60_000);
    return {
      url,
      rpc,
      client: chainClient({ rpcUrl: url, chainId: input.chainId }),
      one: async <T>(method: string, ...params: unknown[]) => (await rpc.batch([{ method, params }]))[0] as T,
      end,
    };
  }
}
