import { z } from "zod";

/** What the browser may ask the node: reading, and handing over what a wallet has already signed. */
export const allowedMethods: ReadonlySet<string> = new Set([
  "eth_blockNumber",
  "eth_call",
  "eth_chainId",
  "eth_estimateGas",
  "eth_feeHistory",
  "eth_gasPrice",
  "eth_getBalance",
  "eth_getBlockByHash",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_getLogs",
  "eth_getTransactionByHash",
  "eth_getTransactionCount",
  "eth_getTransactionReceipt",
  "eth_maxPriorityFeePerGas",
  "eth_sendRawTransaction",
  "eth_syncing",
  "net_version",
]);

export const maxBodyBytes = 256 * 1024;
export const maxBatch = 50;

const call = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.number().int(), z.string().max(64), z.null()]).optional(),
  method: z.string().max(64),
  params: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).optional(),
});

export type RpcCall = z.infer<typeof call>;

export type RpcAnswer = { jsonrpc: "2.0"; id: string | number | null } & (
  | { result: unknown }
  | { error: { code: number; message: string } }
);

/** More than any act of ours needs: a call of a stranger's code ends soon, and the chain goes on for everybody else. */
const mostGas = 5_000_000n;
const running: ReadonlySet<string> = new Set(["eth_call", "eth_estimateGas"]);

function withinGas(one: RpcCall): RpcCall {
  if (!running.has(one.method) || !Array.isArray(one.params)) return one;
  const [transaction, ...rest] = one.params;
  if (typeof transaction !== "object" || transaction === null) return one;
  const { gas, gasLimit: _otherName, ...others } = transaction as Record<string, unknown>;
  const isLess = typeof gas === "string" && /^0x[0-9a-f]{1,12}$/i.test(gas) && BigInt(gas) < mostGas;
  const bounded = { ...others, gas: isLess ? gas : `0x${mostGas.toString(16)}` };
  return { ...one, params: [bounded, ...rest] };
}

export const refuse = (id: RpcCall["id"], code: number, message: string): RpcAnswer => ({
  jsonrpc: "2.0",
  id: id ?? null,
  error: { code, message },
});

export type Sorted = { forward: RpcCall[]; refused: RpcAnswer[]; batch: boolean };

/** Splits what came in into what the node may see and what is answered here; null when it is no JSON-RPC at all. */
export function sortCalls(body: unknown): Sorted | null {
  const batch = Array.isArray(body);
  const list: unknown[] = batch ? body : [body];
  if (list.length === 0 || list.length > maxBatch) return null;
  const forward: RpcCall[] = [];
  const refused: RpcAnswer[] = [];
  for (const one of list) {
    const parsed = call.safeParse(one);
    if (!parsed.success) refused.push(refuse(null, -32600, "Invalid request"));
    else if (!allowedMethods.has(parsed.data.method))
      refused.push(refuse(parsed.data.id, -32601, "This method is not offered here"));
    else forward.push(withinGas(parsed.data));
  }
  return { forward, refused, batch };
}
