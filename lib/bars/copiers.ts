import { createHash } from "node:crypto";
import { chooser, type Random } from "@/lib/bars/random";
import { isCanaryDue } from "@/lib/epochs/canary";
import { quorum, type ValidatorSeat } from "@/lib/epochs/quorum";

/**
 * Epochs played with operators who save themselves the work, by the rules of EpochManager.sol and ValidatorRegistry.sol:
 * sealed votes, votes opened, quorum, strikes, and one canary in ten epochs at a place that nobody but the bank knows.
 * A kind of operator is given what it could see at that moment and nothing else. No clock, no chain: one seed, one life.
 */
export const epochRules = { missedLimit: 10, strikeLimit: 3 } as const;
/** the promise: struck within so many epochs */
export const promisedEpochs = 20;
const playedEpochs = 60;

interface Vote {
  operator: number;
  nonce: string;
  digest: string;
  agrees: boolean;
}

interface Ballot {
  commitment: string;
  vote: Vote;
}

interface Sight {
  me: number;
  random: Random;
  /** rounds since it sits, from 0 */
  round: number;
  batch: {
    /** reading the bytes and hashing them, which is cheap */
    digest(): string;
    /** the work: whether the batch is right */
    recompute(): boolean;
  };
  commitments: ReadonlyMap<number, string>;
  opened: ReadonlyMap<number, Vote>;
  /** what an operator it trusts tells it beside the chain */
  told(): boolean;
}

export interface Kind {
  name: string;
  does: string;
  /** neither recomputes nor is told by one who does, or knows the fault and agrees: the promise is to strike it */
  isToBeStruck: boolean;
  seats?: readonly number[];
  /** the one it asks: says what is right, that all is right, or what it was told */
  friend?: "recomputes" | "lies" | "blind";
  /** so much weight that nothing is final without it */
  isHeavy?: true;
  commit(sight: Sight): Ballot | undefined;
  /** only what was committed opens; without this it does so */
  open?(sight: Sight, own: Ballot | undefined): Vote | undefined;
}

export interface Life {
  /** epochs from its first one on; undefined: not in the epochs played */
  struckAt: number | undefined;
  jailedAt: number | undefined;
  /** final epochs that it signed, and so was paid for, before its first strike */
  paidFor: number;
  /** canaries that paid it */
  canariesWon: number;
  recomputed: number;
  finals: number;
  /** strikes of operators who recomputed and said what they found */
  honestStrikes: number;
}

export interface Play {
  seed: number;
  kind: Kind;
}

const bank = [1, 5];
const outside = [2, 3, 4];
const operators = [1, 2, 3, 4, 5];
/** an honest operator is away so often before it commits */
const awayShare = 0.01;

const hashOf = ({ operator, nonce, digest, agrees }: Vote): string =>
  createHash("sha256").update(`${operator}:${nonce}:${digest}:${agrees}`).digest("hex");

const drawHex = (random: Random) => random.below(2 ** 48).toString(16);

function ballot(sight: Sight, agrees: boolean, digest = sight.batch.digest()): Ballot {
  const vote = { operator: sight.me, nonce: drawHex(sight.random), digest, agrees };
  return { commitment: hashOf(vote), vote };
}

const someoneElse = <T>(of: ReadonlyMap<number, T>, me: number): T | undefined =>
  [...of].find(([operator]) => operator !== me)?.[1];

/** The others' verdict once they have opened theirs; undefined while nobody has. */
function shownByOthers({ opened, me }: Sight): boolean | undefined {
  const others = [...opened.values()].filter(({ operator }) => operator !== me);
  if (others.length === 0) return undefined;
  return others.filter(({ agrees }) => agrees).length * 2 > others.length;
}

export const honest: Kind = {
  name: "honest",
  does: "recomputes, and says what it found",
  isToBeStruck: false,
  commit: (sight) => (sight.random.chance(awayShare) ? undefined : ballot(sight, sight.batch.recompute())),
};

const shaky: Kind = {
  ...honest,
  name: "fails between",
  does: "recomputes, and in 1% of the epochs does not open what it committed",
  open: (sight, own) => (sight.random.chance(awayShare) ? undefined : own?.vote),
};

const blind: Kind = {
  name: "blind",
  does: "hashes the batch unread and agrees",
  isToBeStruck: true,
  commit: (sight) => ballot(sight, true),
};

const atRandom = (share: number): Kind => ({
  name: `blind, ${share * 100}%`,
  does: `agrees unread with ${share * 100}% of the proposals, drawn by lot; away from the others`,
  isToBeStruck: false,
  commit: (sight) => (sight.random.chance(share) ? ballot(sight, true) : undefined),
});

/** Every kind that is played. */
export const kinds: readonly Kind[] = [
  honest,
  shaky,
  blind,
  { ...blind, name: "all blind", does: "all three outside hash unread and agree", seats: outside },
  {
    name: "bribed",
    does: "sees the fault and agrees, not knowing a canary from a fraud",
    isToBeStruck: true,
    commit(sight) {
      sight.batch.recompute();
      return ballot(sight, true);
    },
  },
  {
    name: "guesses",
    does: "agrees with a digest that it made up",
    isToBeStruck: true,
    commit: (sight) => ballot(sight, true, drawHex(sight.random)),
  },
  {
    name: "waits",
    does: "waits for the others' votes and shows the same",
    isToBeStruck: true,
    commit: () => undefined,
    open(sight) {
      const seen = someoneElse(sight.opened, sight.me);
      return seen && { ...seen, operator: sight.me };
    },
  },
  {
    name: "listens",
    does: "commits to another's commitment and opens with what that one shows",
    isToBeStruck: true,
    commit(sight) {
      const commitment = someoneElse(sight.commitments, sight.me);
      return commitment ? { ...ballot(sight, true), commitment } : undefined;
    },
    open(sight, own) {
      const seen = [...sight.opened.values()].find((vote) => hashOf(vote) === own?.commitment);
      return seen && { ...seen, operator: sight.me };
    },
  },
  {
    name: "refuses",
    does: "hashes unread and refuses all",
    isToBeStruck: true,
    commit: (sight) => ballot(sight, false),
  },
  {
    name: "told by blind",
    does: "repeats what another says, who does not recompute",
    isToBeStruck: true,
    friend: "blind",
    commit: (sight) => ballot(sight, sight.told()),
  },
  {
    name: "told by liar",
    does: "repeats what another says, who recomputes and says that all is right",
    isToBeStruck: true,
    friend: "lies",
    commit: (sight) => ballot(sight, sight.told()),
  },
  {
    name: "told",
    does: "repeats what another tells it in private, who recomputes",
    isToBeStruck: false,
    friend: "recomputes",
    commit: (sight) => ballot(sight, sight.told()),
  },
  atRandom(0.9),
  atRandom(0.5),
  atRandom(0.1),
  {
    name: "coin",
    does: "hashes unread; a coin says agree or refuse",
    isToBeStruck: false,
    commit: (sight) => ballot(sight, sight.random.chance(0.5)),
  },
  {
    name: "one in nine",
    does: "agrees unread just often enough never to have missed ten in a row",
    isToBeStruck: false,
    commit: (sight) => (sight.round % 9 === 0 ? ballot(sight, true) : undefined),
  },
  {
    name: "opens last",
    does: "commits to agree unread, waits for the others' votes, opens its own only when they agree",
    isToBeStruck: true,
    commit: (sight) => ballot(sight, true),
    open: (sight, own) => (shownByOthers(sight) ? own?.vote : undefined),
  },
  {
    name: "heavy, away",
    does: "holds so much that nothing is final without it, and votes on nothing",
    isToBeStruck: false,
    isHeavy: true,
    commit: () => undefined,
  },
];

const addressOf = (operator: number) => `0x${operator.toString(16).padStart(40, "0")}` as const;

/** Asked thousands of times about few sets. */
function quorumAmong(seats: readonly ValidatorSeat[]): (signers: readonly number[]) => boolean {
  const known = new Map<string, boolean>();
  return (signers) => {
    const set = signers.join();
    const isReached = known.get(set) ?? quorum(seats, signers.map(addressOf)).isReached;
    known.set(set, isReached);
    return isReached;
  };
}

/** Stakes at random, such that any one may be away; or that nothing is final without the heavy one. */
function drawQuorum(random: Random, heavy: number | undefined): (signers: readonly number[]) => boolean {
  for (;;) {
    const isEnough = quorumAmong(
      operators.map((operatorId) => ({
        signer: addressOf(operatorId),
        operatorId,
        weight: BigInt(1 + random.below(1_000) * (operatorId === heavy ? 4 : 1)),
        ofBank: bank.includes(operatorId),
      })),
    );
    const mayBeAway = (one: number) => isEnough(operators.filter((id) => id !== one));
    if (heavy ? !mayBeAway(heavy) : operators.every(mayBeAway)) return isEnough;
  }
}

/** One life of one kind among honest operators, from its first epoch to jail or the end of what is played. */
export function playLife({ seed, kind }: Play): Life {
  const random = chooser(seed);
  const key = random.bytes(32).toString("base64");
  const own = kind.seats ?? [random.pick(kind.isHeavy ? outside : [2, 3, 4, 5])];
  const [me = 0] = own;
  const isEnough = drawQuorum(random, kind.isHeavy && me);
  const isHonest = (operator: number) => kind === honest || !own.includes(operator);
  const kindOf = (operator: number) => (isHonest(operator) ? honest : kind);
  const strikes = new Map<number, number>();
  const missed = new Map<number, number>();
  const life: Life = {
    struckAt: undefined,
    jailedAt: undefined,
    paidFor: 0,
    canariesWon: 0,
    recomputed: 0,
    finals: 0,
    honestStrikes: 0,
  };
  let epoch = 1;
  let round = 0;

  function strike(operator: number): void {
    const all = (strikes.get(operator) ?? 0) + 1;
    strikes.set(operator, all);
    if (isHonest(operator)) life.honestStrikes += 1;
    if (operator !== me) return;
    life.struckAt ??= epoch;
    if (all >= epochRules.strikeLimit) life.jailedAt ??= epoch;
  }

  function vote(isRight: boolean) {
    const digest = drawHex(random);
    const commitments = new Map<number, string>();
    const ballots = new Map<number, Ballot>();
    const opened = new Map<number, Vote>();
    const sightOf = (operator: number): Sight => {
      const recompute = () => {
        if (operator === me) life.recomputed += 1;
        return isRight;
      };
      const told = () => (kind.friend === "recomputes" ? isRight : true);
      return {
        me: operator,
        random,
        round,
        batch: { digest: () => digest, recompute },
        commitments,
        opened,
        told,
      };
    };
    // whoever looks at the others goes last; nothing is opened before the last has committed, as in the contract
    const order = [...operators.filter(isHonest), ...operators.filter((operator) => !isHonest(operator))];
    for (const operator of order) {
      const cast = kindOf(operator).commit(sightOf(operator));
      if (!cast) continue;
      ballots.set(operator, cast);
      commitments.set(operator, cast.commitment);
    }
    for (const operator of order) {
      const by = kindOf(operator);
      const cast = ballots.get(operator);
      const shown = by.open ? by.open(sightOf(operator), cast) : cast?.vote;
      const isWhatWasCommitted = shown?.operator === operator && hashOf(shown) === commitments.get(operator);
      if (shown && isWhatWasCommitted) opened.set(operator, shown);
    }
    const votes = [...opened.values()];
    const idsOf = (which: (one: Vote) => boolean) => votes.filter(which).map(({ operator }) => operator);
    round += 1;
    return {
      committed: [...commitments.keys()],
      agreed: idsOf(({ agrees, digest: own }) => agrees && own === digest),
      wrong: idsOf(({ agrees, digest: own }) => agrees && own !== digest),
      refused: idsOf(({ agrees }) => !agrees),
      diligent: idsOf(({ agrees, digest: own }) => !agrees && own === digest),
    };
  }

  function openCanary(): void {
    const { committed, refused, diligent } = vote(false);
    for (const operator of committed) if (!refused.includes(operator)) strike(operator);
    if (diligent.includes(me)) life.canariesWon += 1;
  }

  /** False when two thirds did not sign: its number comes again. */
  function finalize(): boolean {
    const { agreed, wrong } = vote(true);
    if (!isEnough(agreed)) return false;
    life.finals += 1;
    if (agreed.includes(me) && life.struckAt === undefined) life.paidFor += 1;
    for (const operator of operators) {
      if (wrong.includes(operator)) strike(operator);
      else if (agreed.includes(operator)) missed.delete(operator);
      else {
        const inARow = (missed.get(operator) ?? 0) + 1;
        if (inARow < epochRules.missedLimit) missed.set(operator, inARow);
        else {
          missed.delete(operator);
          strike(operator);
        }
      }
    }
    return true;
  }

  let number = BigInt(1 + random.below(100));
  let isDrawn = false;
  for (; epoch <= playedEpochs && life.jailedAt === undefined; epoch++) {
    // a canary takes no epoch's place: the honest proposal follows at once, with its number
    if (!isDrawn && isCanaryDue(key, { chainId: 1, number })) {
      isDrawn = true;
      openCanary();
    }
    if (!finalize()) continue;
    number += 1n;
    isDrawn = false;
  }
  return life;
}

export interface Record {
  kind: Kind;
  lives: number;
  /** within the promised epochs */
  struck: number;
  struckAfter: Quantiles;
  jailedAfter: Quantiles;
  paidFor: Quantiles;
  honestStrikes: number;
}

/** undefined: not in the epochs played */
export interface Quantiles {
  half: number | undefined;
  most95: number | undefined;
  all: number | undefined;
}

function quantiles(of: readonly (number | undefined)[]): Quantiles {
  const sorted = [...of].sort((a, b) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY));
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
  return { half: at(0.5), most95: at(0.95), all: at(1) };
}

/** Many lives of one kind. */
export function recordOf({ seed, kind, lives }: Play & { lives: number }): Record {
  const all = Array.from({ length: lives }, (_, at) => playLife({ seed: seed + at, kind }));
  return {
    kind,
    lives,
    struck: all.filter(({ struckAt }) => struckAt !== undefined && struckAt <= promisedEpochs).length,
    struckAfter: quantiles(all.map(({ struckAt }) => struckAt)),
    jailedAfter: quantiles(all.map(({ jailedAt }) => jailedAt)),
    paidFor: quantiles(all.map(({ paidFor }) => paidFor)),
    honestStrikes: all.reduce((sum, { honestStrikes }) => sum + honestStrikes, 0),
  };
}

const shown = ({ half, most95, all }: Quantiles) =>
  [half, most95, all].map((one) => one ?? "never").join("/");

export const recordLine = (one: Record): string =>
  [
    one.kind.name.padEnd(14),
    `struck within ${promisedEpochs}: ${one.struck} of ${one.lives}`.padEnd(34),
    `after ${shown(one.struckAfter)}`.padEnd(22),
    `jailed ${shown(one.jailedAfter)}`.padEnd(24),
    `paid for ${shown(one.paidFor)} before`.padEnd(26),
    one.honestStrikes > 0 ? `HONEST STRUCK ${one.honestStrikes}` : "",
    one.kind.isToBeStruck ? "" : "(not promised)",
  ]
    .join(" ")
    .trimEnd();
