import { callPartner } from "@/lib/vendors/call-partner";
import type { Insider } from "@/lib/vendors/insider/contract";

export const liveInsider = ({ url, token }: { url: string; token: string }): Insider => ({
  cheat: (body) => callPartner({ partner: "insider", url: new URL("/cheats", url).href, token, body }),
  undo: (body) => callPartner({ partner: "insider", url: new URL("/undo", url).href, token, body }),
});
