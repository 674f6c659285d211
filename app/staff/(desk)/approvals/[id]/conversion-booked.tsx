import type { Address } from "viem";
import { Booked } from "@/components/money/booked";
import { chartOfAccounts } from "@/lib/ledger/chart-of-accounts";
import { previewConvert } from "@/lib/ledger/previews";
import { activeProfile } from "@/lib/state-profile/queries";

/** What a conversion that waits for a second person has booked, and will book once it is minted. */
export function ConversionBooked({ payload }: { payload: Record<string, unknown> }) {
  const [asked = [], minted = []] = previewConvert({
    holder: { wallet: String(payload.wallet) as Address, profileId: String(payload.profileId) },
    grossMicros: BigInt(String(payload.grossMicros)),
    feeMicros: BigInt(String(payload.feeMicros)),
  });
  return (
    <Booked
      symbol={activeProfile().tokenSymbol}
      steps={[
        { title: "Booked when the customer asked", entries: asked },
        { title: "Booked when the tokens are final; a refusal ends the hold instead", entries: minted },
      ]}
      words={{
        question: "What will be booked",
        lead: "Made by the recipes that book it.",
        debited: "Debited",
        credited: "Credited",
        amount: "Amount",
        onHold: "on hold",
        account: (name) => chartOfAccounts[name].purpose,
      }}
    />
  );
}
