import { RateLimit } from "@/lib/auth/rate-limit";
import { clientAddress } from "@/lib/auth/request";
import { readJson, route } from "@/lib/auth/route";
import { AppError } from "@/lib/errors";
import { requestLog } from "@/lib/log";
import { policyReportsTotal } from "@/lib/metrics";
import { maxReportBytes, violationsIn } from "./violations";

const limit = new RateLimit({ burst: 30, perSecond: 1, maxCallers: 10_000 });

/** Where browsers tell what the content security policy stopped. */
export const POST = route({ name: "csp report", access: "open" }, async (request, { requestId }) => {
  if (!limit.take(clientAddress(request.headers), 1, Date.now())) throw new AppError("rate_limited");
  for (const violation of violationsIn(await readJson(request, maxReportBytes))) {
    policyReportsTotal.inc({ directive: violation.directive });
    requestLog(requestId).warn({ violation }, "a page broke its security policy");
  }
  return new Response(null, { status: 204 });
});
