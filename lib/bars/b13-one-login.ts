import { suiteBar } from "@/lib/bars/suite";

/** B13: every way to misuse a wallet's signature by name, each refused; a proof shown twenty times opens one session. */
export const bar = suiteBar({
  id: "B13",
  title: "A wallet signature proves one login, here, once, now",
  files: [
    "lib/auth/siwe-message.test.ts",
    "lib/auth/commands/sign-in-with-wallet.test.ts",
    "lib/auth/commands/siwe-misuse.test.ts",
  ],
});
