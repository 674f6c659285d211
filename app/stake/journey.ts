import type { StepState } from "@/components/ui/step-list";

/** What the overview needs to know to say where somebody stands and what comes next. */
export type JourneyFacts = {
  identityState: "none" | "submitted" | "approved" | "verified" | "refused" | "refresh_needed";
  isWalletVerified: boolean;
  dollarsMicros: bigint;
  tokensMicros: bigint;
  convertingMicros: bigint;
  stakedMicros: bigint;
  claimableMicros: bigint;
  hasConverted: boolean;
  hasStaked: boolean;
  hasBeenPaid: boolean;
};

export const journeyIds = ["connect", "identity", "dollars", "convert", "stake", "rewards"] as const;
export type JourneyId = (typeof journeyIds)[number];
export type JourneyStep = { id: JourneyId; state: StepState; href?: string };

const hrefs: Record<JourneyId, string> = {
  connect: "/stake",
  identity: "/stake/identity",
  dollars: "/stake/dollars",
  convert: "/stake/dollars/convert",
  stake: "/stake/new",
  rewards: "/stake/rewards",
};

const isDone: Record<JourneyId, (facts: JourneyFacts) => boolean> = {
  connect: () => true,
  identity: (facts) => facts.isWalletVerified,
  dollars: (facts) => facts.dollarsMicros > 0n || facts.convertingMicros > 0n || facts.hasConverted,
  convert: (facts) => facts.hasConverted && facts.convertingMicros === 0n,
  stake: (facts) => facts.hasStaked,
  rewards: (facts) => facts.hasBeenPaid,
};

/** The six steps from an empty wallet to the first reward; exactly one is the person's or the machine's turn. */
export function journey(facts: JourneyFacts): JourneyStep[] {
  let turnGiven = false;
  return journeyIds.map((id) => {
    if (isDone[id](facts)) return { id, state: "done", href: hrefs[id] };
    if (turnGiven) return { id, state: "todo" };
    turnGiven = true;
    return { id, state: waits(id, facts) ? "busy" : "now", href: hrefs[id] };
  });
}

function waits(id: JourneyId, facts: JourneyFacts): boolean {
  if (id === "identity") return facts.identityState === "submitted" || facts.identityState === "approved";
  if (id === "convert") return facts.convertingMicros > 0n;
  return id === "rewards" && facts.claimableMicros === 0n;
}

/** The one thing to do now. After the first reward it follows where the money lies. */
export function nextAct(facts: JourneyFacts): JourneyId | "identityRefresh" | "identityRefused" {
  if (!facts.isWalletVerified) {
    if (facts.identityState === "refresh_needed" || facts.identityState === "verified")
      return "identityRefresh";
    return facts.identityState === "refused" ? "identityRefused" : "identity";
  }
  const open = journey(facts).find((step) => step.state === "now" || step.state === "busy");
  if (open) return open.id;
  if (facts.claimableMicros > 0n) return "rewards";
  if (facts.tokensMicros > 0n) return "stake";
  if (facts.dollarsMicros > 0n) return "convert";
  return "rewards";
}
