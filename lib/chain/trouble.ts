/** Why the chain is not followed at this moment, in one word for staff and machines; the last is not the node's fault. */
export const troubles = [
  "node_silent",
  "node_refuses",
  "node_garbled",
  "node_lies",
  "node_behind",
  "wrong_chain",
  "other_chain",
  "finality_broken",
  "reorg_past_final",
  "books_refuse",
] as const;

export type Trouble = (typeof troubles)[number];

export const isTrouble = (word: unknown): word is Trouble => troubles.includes(word as Trouble);

/** The node cannot be believed or used now; nothing is credited until it can. */
export class NodeTrouble extends Error {
  override name = "NodeTrouble";
  constructor(
    readonly trouble: Trouble,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** A block that was credited is no longer on the chain: nothing more is credited until people have looked. */
export class ReorgPastFinal extends NodeTrouble {
  override name = "ReorgPastFinal";
  constructor(message: string) {
    super("reorg_past_final", message);
  }
}
