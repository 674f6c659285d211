import { type Logger, pino } from "pino";

/** Field names whose values never reach a log, at the top and up to two levels down. */
const secretFields = [
  "password",
  "secret",
  "token",
  "authorization",
  "cookie",
  "privateKey",
  "mnemonic",
  "signature",
  "rawTransaction",
  "taxNumber",
  "taxId",
  "ssn",
  "birthDate",
  "dateOfBirth",
  "connectionString",
  "fieldKey",
];

export const redactPaths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** The command line answers on the standard output: what it logs goes beside it. */
const place = process.env.GRANARY_PROCESS === "cli" ? 2 : 1;

export const log: Logger = pino(
  {
    level: process.env.LOG_LEVEL || (process.env.NODE_ENV === "test" ? "silent" : "info"),
    base: { process: process.env.GRANARY_PROCESS || "app" },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactPaths, censor: "[redacted]" },
    formatters: { level: (label) => ({ level: label }) },
  },
  pino.destination(place),
);

/** A logger that stamps each line with the request it serves. */
export const requestLog = (requestId: string): Logger => log.child({ requestId });
