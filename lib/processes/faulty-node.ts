import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hashOfHeader, receiptsRootOf } from "@/lib/chain/proof";

/** A node's answer as JSON; tests bend it without knowing its whole shape. */
// biome-ignore lint/suspicious/noExplicitAny: any method's answer
type Answer = any;

interface Call {
  id: number;
  method: string;
  params: Answer[];
}

/** How one answer is bent; `ask` goes to the honest node. */
type Bend = (
  call: Call,
  answer: Answer,
  ask: (method: string, params: Answer[]) => Promise<Answer>,
) => Answer;
/** What becomes of the whole reply, after its text is known. */
type Reply = { status?: number; type?: string; text?: string } | "silence";
type Lie = { bend?: Bend; reply?: (text: string) => Reply; url?: string };

const isBlock = ({ method }: Call) => method === "eth_getBlockByNumber";
const isReceipts = ({ method }: Call) => method === "eth_getBlockReceipts";
const hex = (value: number) => `0x${value.toString(16)}`;
const zeros = `0x${"0".repeat(512)}`;

const inReceipts =
  (change: (receipts: Answer[]) => Answer): Bend =>
  (call, answer) =>
    isReceipts(call) && answer ? change(answer as Answer[]) : answer;

const firstWithLogs = (receipts: Answer[], change: (logs: Answer[]) => Answer[]): Answer[] => {
  const chosen = receipts.find(({ logs }) => logs.length > 0);
  return receipts.map((one) => (one === chosen ? { ...one, logs: change(one.logs) } : one));
};

/** A block that is asked for by number, as its header says. */
const inHeaders =
  (change: (header: Answer) => Answer): Bend =>
  (call, answer) =>
    isBlock(call) && answer?.transactions.length > 0 ? change(answer) : answer;

/** Every tag and number as if the chain ended there. */
function endingAt(height: (head: number) => number): Bend {
  return async (call, answer, ask) => {
    const end = hex(Math.max(0, height(Number(await ask("eth_blockNumber", [])))));
    if (call.method === "eth_blockNumber") return end;
    if (!isBlock(call)) return answer;
    const tag = call.params[0] as string;
    if (tag.startsWith("0x")) return Number(tag) > Number(end) ? null : answer;
    return Number(answer?.number ?? 0) > Number(end) ? ask("eth_getBlockByNumber", [end, false]) : answer;
  };
}

/** Named lies and failures of a node. */
export const lies = {
  "empties the logs of its receipts": {
    bend: inReceipts((all) => all.map((one) => ({ ...one, logs: [] }))),
  },
  "says that a block has no receipts": { bend: inReceipts(() => []) },
  "leaves a log out": { bend: inReceipts((all) => firstWithLogs(all, (logs) => logs.slice(1))) },
  "gives a log twice": {
    bend: inReceipts((all) => firstWithLogs(all, (logs) => [...logs, logs[0]])),
  },
  "gives logs in another order": {
    bend: inReceipts((all) => all.map((one) => ({ ...one, logs: [...one.logs].reverse() }))),
  },
  "gives a receipt twice": { bend: inReceipts((all) => [...all, ...all]) },
  "makes an amount bigger": {
    bend: inReceipts((all) =>
      firstWithLogs(all, (logs) =>
        logs.map((log) => ({
          ...log,
          data: `0x${"0".repeat(48)}${log.data.slice(50)}`.replace(/..$/, "ff"),
        })),
      ),
    ),
  },
  "moves a log to another of our contracts": {
    bend: inReceipts((all) => {
      const logs = all.flatMap((one) => one.logs);
      return firstWithLogs(all, (own) =>
        own.map((log) => ({
          ...log,
          address: logs.find(({ address }) => address !== log.address)?.address ?? `0x${"1".repeat(40)}`,
        })),
      );
    }),
  },
  "names another transaction": {
    bend: inReceipts((all) => all.map((one) => ({ ...one, transactionHash: `0x${"cd".repeat(32)}` }))),
  },
  "empties a block's bloom": { bend: inHeaders((header) => ({ ...header, logsBloom: zeros })) },
  "changes a header and keeps its hash": {
    bend: inHeaders((header) => ({ ...header, stateRoot: `0x${"11".repeat(32)}` })),
  },
  "names a block by another hash": {
    bend: inHeaders((header) => ({ ...header, hash: `0x${"22".repeat(32)}` })),
  },
  "forges a whole block": {
    bend: (call, answer) => {
      if (isReceipts(call)) return answer ?? [];
      if (!isBlock(call) || !answer?.transactions.length) return answer;
      const forged = { ...answer, logsBloom: zeros, receiptsRoot: receiptsRootOf([]), transactions: [] };
      return { ...forged, hash: hashOfHeader(forged) };
    },
  },
  "gives the block before the one asked for": {
    bend: (call, answer, ask) =>
      isBlock(call) && String(call.params[0]).startsWith("0x")
        ? ask(call.method, [hex(Math.max(0, Number(call.params[0]) - 1)), false])
        : answer,
  },
  "is on another chain id": {
    bend: ({ method }, answer) => (method === "eth_chainId" ? "0x1" : answer),
  },
  "goes back in height below what was credited": { bend: endingAt(() => 3) },
  "calls a block final that is not the chain's": {
    bend: (call, answer) =>
      isBlock(call) && call.params[0] === "finalized" ? { ...answer, hash: `0x${"33".repeat(32)}` } : answer,
  },
  "never answers": { reply: () => "silence" },
  "is asked too often (429)": { reply: () => ({ status: 429, text: "slow down" }) },
  "fails (500)": { reply: () => ({ status: 500, text: '{"error":"internal"}' }) },
  "answers with a page": {
    reply: () => ({ type: "text/html", text: "<html><body>Service unavailable</body></html>" }),
  },
  "breaks off in the middle": { reply: (text) => ({ text: text.slice(0, text.length / 2) }) },
  "leaves answers out": {
    reply: (text) => {
      const answers = JSON.parse(text) as unknown[];
      return { text: JSON.stringify(Array.isArray(answers) ? answers.slice(1) : answers) };
    },
  },
  "swaps answers": {
    reply: (text) => {
      const answers = JSON.parse(text) as { id: number }[];
      const ids = answers.map(({ id }) => id).reverse();
      return { text: JSON.stringify(answers.map((answer, i) => ({ ...answer, id: ids[i] }))) };
    },
  },
  "answers null to everything": { bend: () => null },
} satisfies Record<string, Lie>;

export type LieName = keyof typeof lies;

export interface FaultyNode {
  url: string;
  /** begins a lie; without a name it is honest again */
  tell(lie?: LieName): void;
  /** sends every question to another node, or back to its own */
  standIn(url?: string): void;
  /** ends at this height: a node that has stopped hearing of blocks */
  freezeAt(height: bigint): void;
  /** how many calls came, by method */
  asked: Map<string, number>;
  stop(): Promise<void>;
}

/** A JSON-RPC node that lies by name, in front of an honest one. */
export async function startFaultyNode(honestUrl: string): Promise<FaultyNode> {
  let lie: Lie = {};
  let upstream = honestUrl;
  const asked = new Map<string, number>();
  const forward = async (body: unknown): Promise<Answer> => {
    const response = await fetch(upstream, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.json();
  };
  const ask = async (method: string, params: Answer[]) =>
    ((await forward({ jsonrpc: "2.0", id: 1, method, params })) as Answer).result;

  async function answer(call: Call): Promise<Answer> {
    asked.set(call.method, (asked.get(call.method) ?? 0) + 1);
    const own = (await forward(call)) as Answer;
    if (own.error || !lie.bend) return own;
    return { ...own, result: await lie.bend(call, own.result, ask) };
  }

  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", async () => {
      try {
        const calls = JSON.parse(body) as Call | Call[];
        const answers = Array.isArray(calls) ? await Promise.all(calls.map(answer)) : await answer(calls);
        const text = JSON.stringify(answers);
        const reply = lie.reply?.(text) ?? {};
        if (reply === "silence") return;
        response.writeHead(reply.status ?? 200, { "content-type": reply.type ?? "application/json" });
        response.end(reply.text ?? text);
      } catch {
        response.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    tell: (name) => {
      lie = name ? lies[name] : {};
    },
    standIn: (url = honestUrl) => {
      upstream = url;
    },
    freezeAt: (height) => {
      lie = { bend: endingAt(() => Number(height)) };
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
