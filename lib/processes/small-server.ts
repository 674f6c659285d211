import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { log } from "@/lib/log";

export type Reply =
  | { status?: number; json: unknown }
  | { status?: number; html: string }
  | { status?: number; text: string };

export interface Route {
  method: "GET" | "POST";
  /** matched against the path; named groups become params */
  path: RegExp;
  /** the bearer token that must be shown */
  bearer?: string;
  handle: (call: { params: Record<string, string>; body: unknown }) => Promise<Reply> | Reply;
}

/** A refusal that the caller may read. */
export class Refused extends Error {
  override name = "Refused";
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly details?: unknown,
  ) {
    super(reason);
  }
}

const maxBodyBytes = 64 * 1024;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBodyBytes) throw new Refused(413, "request_too_large");
    chunks.push(chunk as Buffer);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch {
    throw new Refused(400, "not_json");
  }
}

function shows(header: string | undefined, token: string): boolean {
  const shown = Buffer.from(header?.replace(/^Bearer /, "") ?? "");
  const wanted = Buffer.from(token);
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}

export const withStrings = (_: string, value: unknown) =>
  typeof value === "bigint" ? value.toString() : value;

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** A plain HTTP server on the loopback for the small processes: JSON, one screen, nothing else. */
export function startSmallServer(input: { port: number; host?: string; routes: Route[] }): Promise<Server> {
  const server = createServer(async (request, response) => {
    const send = (status: number, type: string, text: string) => {
      response.writeHead(status, {
        "content-type": `${type}; charset=utf-8`,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      });
      response.end(text);
    };
    try {
      const path = (request.url ?? "/").split("?")[0] ?? "/";
      const route = input.routes.find((r) => r.method === request.method && r.path.test(path));
      if (!route) throw new Refused(404, "not_found");
      if (route.bearer && !shows(request.headers.authorization, route.bearer))
        throw new Refused(401, "not_allowed");
      const params = { ...(route.path.exec(path)?.groups ?? {}) };
      const body = request.method === "POST" ? await readBody(request) : undefined;
      const reply = await route.handle({ params, body });
      if ("json" in reply)
        send(reply.status ?? 200, "application/json", JSON.stringify(reply.json, withStrings));
      else if ("html" in reply) send(reply.status ?? 200, "text/html", reply.html);
      else send(reply.status ?? 200, "text/plain", reply.text);
    } catch (error) {
      if (error instanceof Refused) {
        send(
          error.status,
          "application/json",
          JSON.stringify({ refused: error.reason, details: error.details }, withStrings),
        );
      } else {
        log.error({ err: error }, "request failed");
        send(500, "application/json", JSON.stringify({ refused: "unexpected" }));
      }
    }
  });
  server.requestTimeout = 15_000;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(input.port, input.host ?? "127.0.0.1", () => resolve(server));
  });
}

export interface Screen {
  title: string;
  /** shown above everything, such as "Demo stand-in" */
  label: string;
  lead: string;
  facts: [string, string][];
  table?: { caption: string; head: string[]; rows: string[][] };
  /** it loads itself anew so often */
  refreshSeconds?: number;
}

/** One screen in the house's colours, without scripts. */
export function screenHtml(screen: Screen): string {
  const e = escapeHtml;
  const table = screen.table;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">${screen.refreshSeconds ? `<meta http-equiv="refresh" content="${screen.refreshSeconds}">` : ""}
<title>${e(screen.title)}</title><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;background:light-dark(#faf6ec,#1b1a17);color:light-dark(#24211a,#ece5d4)}
h1{font-family:Georgia,serif;font-weight:600}.label{display:inline-block;border:1px solid;padding:.1rem .6rem;font-size:.85rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.5rem}dt{opacity:.75}dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
@media (max-width:34rem){body{margin:1rem auto}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}caption{text-align:left;font-weight:600;padding:.5rem 0}
th{white-space:nowrap}th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid light-dark(#d9cfb8,#46423a);font-size:.9rem}td{overflow-wrap:anywhere}</style>
<main><p class="label">${e(screen.label)}</p><h1>${e(screen.title)}</h1><p>${e(screen.lead)}</p>
<dl>${screen.facts.map(([name, value]) => `<dt>${e(name)}</dt><dd>${e(value)}</dd>`).join("")}</dl>
${
  table
    ? `<div class="scroll"><table><caption>${e(table.caption)}</caption><thead><tr>${table.head.map((h) => `<th scope="col">${e(h)}</th>`).join("")}</tr></thead><tbody>${
        table.rows.length > 0
          ? table.rows.map((row) => `<tr>${row.map((cell) => `<td>${e(cell)}</td>`).join("")}</tr>`).join("")
          : `<tr><td colspan="${table.head.length}">Nothing yet.</td></tr>`
      }</tbody></table></div>`
    : ""
}</main></html>`;
}
