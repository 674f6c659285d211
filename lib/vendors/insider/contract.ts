import type { CheatKind } from "@/db/schema/cheats";

/** The demo's dishonest insider: asked, it cheats, one cheat at a time; asked again, it mends. */
export interface Insider {
  cheat(of: { kind: CheatKind; requestId: string }): Promise<{ begun: boolean }>;
  undo(of: { requestId: string }): Promise<{ asked: boolean }>;
}
