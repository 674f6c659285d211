import { cache } from "react";
import { pageContext } from "@/lib/auth/page";
import { briefly } from "@/lib/chain/briefly";
import { deskCounts, machinesNow } from "@/lib/operations/queries";

/** Layout and page show the same counts, read once a request. */
export const deskCountsNow = cache(async () => deskCounts(await pageContext()));

/** One look for every desk that asks within a second; each who asks has shown that they may read operations. */
export const healthNow = briefly(1_000, machinesNow);
