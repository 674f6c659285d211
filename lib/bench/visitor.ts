import { Agent, type IncomingHttpHeaders, request as send } from "node:http";
import { privateKeyToAccount } from "viem/accounts";
import { signInMessage } from "@/lib/auth/siwe-message";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

type Asked = { method?: string; headers?: Record<string, string | undefined>; body?: string | Buffer };

/** Somebody at the bank's door without a browser: says exactly the headers given, and keeps its cookies. */
export class Visitor {
  private readonly jar = new Map<string, string>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(readonly appUrl: string) {}

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  ask(path: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Answer> {
    const given: Record<string, string | undefined> = {
      ...(this.jar.size > 0 && { cookie: this.cookie }),
      ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }),
      ...headers,
    };
    const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const { hostname, port } = new URL(this.appUrl);
    return new Promise((resolve, reject) => {
      const call = send(
        { hostname, port, path, method, headers: said as never, agent: this.agent },
        (reply) => {
          const chunks: Buffer[] = [];
          reply.on("data", (chunk: Buffer) => chunks.push(chunk));
          reply.on("error", reject);
          reply.on("end", () => {
            this.keep(reply.headers["set-cookie"] ?? []);
            resolve({
              status: reply.statusCode ?? 0,
              headers: reply.headers,
              body: Buffer.concat(chunks).toString("utf8"),
            });
          });
        },
      );
      call.on("error", (error: NodeJS.ErrnoException) => {
        // The server may close a kept connection in the very moment in which it is used again.
        if (call.reusedSocket && error.code === "ECONNRESET" && method === "GET")
          this.ask(path, { method, headers, ...(body !== undefined && { body }) }).then(resolve, reject);
        else reject(error);
      });
      call.end(body);
    });
  }

  async signInStaff(slug: string): Promise<void> {
    await this.signIn("staff", {
      email: `${slug.replace("-", ".")}@granary.example`,
      password: `demo-${slug}`,
    });
  }

  async signInWallet(key: `0x${string}`, headers: Record<string, string> = {}): Promise<void> {
    const account = privateKeyToAccount(key);
    const given = JSON.parse((await this.ask("/api/auth/nonce")).body) as {
      nonce: string;
      appUrl: string;
      chainId: number;
      now: string;
    };
    const message = signInMessage(
      { address: account.address, nonce: given.nonce },
      { appUrl: given.appUrl, chainId: given.chainId },
      new Date(given.now),
    );
    await this.signIn("siwe", { message, signature: await account.signMessage({ message }) }, headers);
  }

  close(): void {
    this.agent.destroy();
  }

  private async signIn(
    way: "staff" | "siwe",
    words: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<void> {
    const { csrfToken } = JSON.parse((await this.ask("/api/auth/csrf")).body) as { csrfToken: string };
    const answer = await this.ask(`/api/auth/callback/${way}`, {
      method: "POST",
      headers: { ...headers, origin: this.appUrl, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...words, csrfToken, json: "true" }).toString(),
    });
    if (answer.status !== 200)
      throw new Error(`sign-in was refused: ${answer.status} ${answer.body.slice(0, 200)}`);
  }

  private keep(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [, name, value, rest = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(cookie) ?? [];
      if (!name) continue;
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(rest)) this.jar.delete(name);
      else this.jar.set(name, value ?? "");
    }
  }
}
