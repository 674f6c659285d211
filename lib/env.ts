import { z } from "zod";

/** Thrown with one sentence for the person who starts the process. */
export class EnvError extends Error {
  override name = "EnvError";
}

export type DatabaseRole = "owner" | "app" | "worker" | "signer" | "readonly";

/** Secrets that the demo launcher makes begin with this mark, so that production can refuse them. */
export const DEMO_SECRET_MARK = "demo-";

const hexKey = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "32 bytes as 0x and 64 hex digits");
const url = z.url({ protocol: /^https?$/ });
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });
const key32 = z.string().refine((value) => Buffer.from(value, "base64").length === 32, "32 bytes in base64");
const list = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(url));

const variables = {
  GRANARY_MODE: [z.enum(["demo", "production"]).default("demo"), "demo or production"],
  GRANARY_STATE: [
    z
      .string()
      .regex(/^[A-Z]{2}$/)
      .default("MD"),
    "a state's two-letter code such as MD",
  ],
  GRANARY_HOME: [z.string().min(1).default(".granary"), "the folder for data and logs"],
  GRANARY_DEPLOYMENT: [z.string().min(1), "the path of deployment.json"],
  APP_URL: [url, "the address people type, such as http://localhost:3000"],
  NEXTAUTH_SECRET: [z.string().min(32), "a random text of at least 32 characters"],
  DATABASE_URL: [postgresUrl, "the database owner's URL, such as postgres://owner:…@host:5432/granary"],
  DATABASE_URL_APP: [postgresUrl, "the app role's database URL"],
  DATABASE_URL_WORKER: [postgresUrl, "the worker role's database URL"],
  DATABASE_URL_SIGNER: [postgresUrl, "the signer role's database URL"],
  DATABASE_URL_READONLY: [postgresUrl, "the read-only role's database URL"],
  CHAIN_RPC_URL: [url, "the chain's JSON-RPC address, such as http://127.0.0.1:8545"],
  CHAIN_ID: [z.coerce.number().int().positive(), "the chain's number, such as 31337"],
  CHAIN_FINALITY_FILE: [z.string().min(1).optional(), "the path of saved.json (demo only)"],
  FIELD_KEY: [key32, "the key for personal data: 32 random bytes in base64"],
  BLIND_INDEX_KEY: [key32, "the key for blind indexes: 32 random bytes in base64"],
  CUSTODIAN_URL: [url, "the custodian's address"],
  VALUER_URL: [url, "the valuer's address"],
  INSIDER_URL: [url.optional(), "the address of the stand-in that plays a dishonest bank (demo only)"],
  BESU_RPC_URL: [url.optional(), "a Besu node with its QBFT methods on, where the chain is one"],
  VALIDATOR_URLS: [list, "the validators' addresses, separated by commas"],
  STANDIN_TOKEN: [z.string().min(16), "the token that the app shows to custodian and valuer"],
  SIGNER_KEYS: [
    z
      .string()
      .transform((text, context) => {
        try {
          return JSON.parse(text) as unknown;
        } catch {
          context.addIssue({ code: "custom", message: "one JSON object of role and key" });
          return z.NEVER;
        }
      })
      .pipe(z.record(z.string(), hexKey)),
    "one JSON object of role and hex key",
  ],
  SEED_KEYS: [
    z
      .string()
      .transform((text) => JSON.parse(text) as unknown)
      .pipe(z.array(hexKey)),
    "a JSON list of hex keys",
  ],
  CUSTODIAN_KEY: [hexKey, "the custodian's signing key"],
  VALUER_KEY: [hexKey, "the valuer's signing key"],
  DATA_CLIENT_KEY: [hexKey, "the demo data client's key"],
  PORT: [z.coerce.number().int().min(1).max(65_535), "a port between 1 and 65535"],
  WALLETCONNECT_PROJECT_ID: [z.string().min(8).optional(), "a WalletConnect project id"],
  METRICS_TOKEN: [z.string().min(16).optional(), "the bearer token a metrics collector shows"],
  TRUSTED_PROXY_HOPS: [
    z.coerce.number().int().min(0).max(5).default(0),
    "how many of your own proxies stand before the app",
  ],
  LOG_LEVEL: [
    z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
    "debug, info, warn, error or silent",
  ],
} as const satisfies Record<string, readonly [z.ZodType, string]>;

type Name = keyof typeof variables;
type Value<N extends Name> = z.output<(typeof variables)[N][0]>;

const cache = new Map<string, { raw: string | undefined; value: unknown }>();

/** One variable, parsed on first use: rules, tests and each process need only what they read. */
function read<N extends Name>(name: N): Value<N> {
  const raw = process.env[name] === "" ? undefined : process.env[name];
  const seen = cache.get(name);
  if (seen && seen.raw === raw) return seen.value as Value<N>;
  const [schema, meaning] = variables[name];
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    throw new EnvError(
      raw === undefined
        ? `${name} is not set: it must hold ${meaning}.`
        : `${name} is not valid: it must hold ${meaning}.`,
    );
  }
  cache.set(name, { raw, value: parsed.data });
  return parsed.data as Value<N>;
}

export const env = {
  get mode() {
    return read("GRANARY_MODE");
  },
  get isDemo() {
    return read("GRANARY_MODE") === "demo";
  },
  get state() {
    return read("GRANARY_STATE");
  },
  get home() {
    return read("GRANARY_HOME");
  },
  get deploymentPath() {
    return read("GRANARY_DEPLOYMENT");
  },
  get appUrl() {
    return read("APP_URL");
  },
  get nextauthSecret() {
    return read("NEXTAUTH_SECRET");
  },
  get chainRpcUrl() {
    return read("CHAIN_RPC_URL");
  },
  get chainId() {
    return read("CHAIN_ID");
  },
  get chainFinalityFile() {
    return read("CHAIN_FINALITY_FILE");
  },
  get fieldKey() {
    return read("FIELD_KEY");
  },
  get blindIndexKey() {
    return read("BLIND_INDEX_KEY");
  },
  get custodianUrl() {
    return read("CUSTODIAN_URL");
  },
  get valuerUrl() {
    return read("VALUER_URL");
  },
  get insiderUrl() {
    return read("INSIDER_URL");
  },
  get besuRpcUrl() {
    return read("BESU_RPC_URL");
  },
  get validatorUrls() {
    return read("VALIDATOR_URLS");
  },
  get standinToken() {
    return read("STANDIN_TOKEN");
  },
  get signerKeys() {
    return read("SIGNER_KEYS") as Record<string, `0x${string}`>;
  },
  get seedKeys() {
    return read("SEED_KEYS") as `0x${string}`[];
  },
  get custodianKey() {
    return read("CUSTODIAN_KEY") as `0x${string}`;
  },
  get valuerKey() {
    return read("VALUER_KEY") as `0x${string}`;
  },
  get dataClientKey() {
    return read("DATA_CLIENT_KEY") as `0x${string}`;
  },
  get port() {
    return read("PORT");
  },
  get walletConnectProjectId() {
    return read("WALLETCONNECT_PROJECT_ID");
  },
  get metricsToken() {
    return read("METRICS_TOKEN");
  },
  get trustedProxyHops() {
    return read("TRUSTED_PROXY_HOPS");
  },
  get logLevel() {
    return read("LOG_LEVEL");
  },
};

/** The URL of one database role; a process holds only its own. */
export function databaseUrl(role: DatabaseRole): string {
  return role === "owner"
    ? read("DATABASE_URL")
    : read(`DATABASE_URL_${role.toUpperCase()}` as "DATABASE_URL_APP");
}

const wellKnownKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/** Production starts only without fakes and without secrets that a demo made. Call once at process start. */
export function assertSafeForProduction(source: Record<string, string | undefined> = process.env): void {
  if ((source.GRANARY_MODE ?? "demo") !== "production") return;
  const refuse = (sentence: string): never => {
    throw new EnvError(`Production refused: ${sentence}`);
  };
  for (const name of ["NEXTAUTH_SECRET", "STANDIN_TOKEN"]) {
    if (source[name]?.startsWith(DEMO_SECRET_MARK)) refuse(`${name} was made for a demo; make a new one.`);
  }
  for (const name of ["FIELD_KEY", "BLIND_INDEX_KEY"]) {
    const key = source[name] ? Buffer.from(source[name], "base64") : undefined;
    if (key && new Set(key).size < 16) refuse(`${name} is not random.`);
  }
  if (source.FIELD_KEY && source.FIELD_KEY === source.BLIND_INDEX_KEY)
    refuse("FIELD_KEY and BLIND_INDEX_KEY must differ.");
  for (const name of ["CUSTODIAN_KEY", "VALUER_KEY", "DATA_CLIENT_KEY", "SEED_KEYS"]) {
    if (source[name]) refuse(`${name} belongs to a demo stand-in.`);
  }
  if (source.INSIDER_URL) refuse("INSIDER_URL leads to a demo's dishonest insider; unset it.");
  if (source.CHAIN_FINALITY_FILE) refuse("CHAIN_FINALITY_FILE is a demo's idea of finality; unset it.");
  if (source.GRANARY_FAILPOINT) refuse("GRANARY_FAILPOINT ends a process on purpose; unset it.");
  if (source.CHAIN_ID === "31337") refuse("CHAIN_ID 31337 is a development chain.");
  if (source.APP_URL && !source.APP_URL.startsWith("https://")) refuse("APP_URL must begin with https://.");
  if (source.SIGNER_KEYS?.toLowerCase().includes(wellKnownKey))
    refuse("SIGNER_KEYS holds a publicly known key.");
}
