import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// A zone with an odd offset, so that a date formatted without naming its zone fails loudly.
process.env.TZ = "Asia/Kathmandu";

const root = fileURLToPath(new URL(".", import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@\//, replacement: root },
      { find: /^server-only$/, replacement: `${root}tools/empty.mjs` },
    ],
  },
  test: {
    globalSetup: ["lib/processes/test-postgres.ts"],
    include: ["{lib,db,components,app,tools}/**/*.test.{ts,tsx}"],
    exclude: ["**/node_modules/**", ".next/**", ".granary/**"],
    env: { TZ: "Asia/Kathmandu", NODE_ENV: "test" },
    pool: "forks",
    maxWorkers: Number(process.env.TEST_WORKERS ?? 2),
    testTimeout: 30_000,
    hookTimeout: 90_000,
    teardownTimeout: 20_000,
  },
});
