/** What may be kept of a browser's report: which rule, on which kind of page, by what kind of source. No address of a person, no query. */
export interface PolicyViolation {
  directive: string;
  page: string;
  blocked: string;
}

export const maxReportBytes = 8 * 1024;
const maxViolations = 10;

const directives = new Set(
  "default-src script-src script-src-elem script-src-attr style-src style-src-elem style-src-attr img-src font-src connect-src worker-src object-src base-uri form-action frame-src frame-ancestors media-src manifest-src".split(
    " ",
  ),
);
const keywords = new Set(["inline", "eval", "wasm-eval", "self", "data", "blob", "trusted-types-sink"]);

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** Both forms are read: `report-uri` with one object, `report-to` with a list. */
export function violationsIn(body: unknown): PolicyViolation[] {
  const reports = Array.isArray(body)
    ? body.filter((one) => isObject(one) && one.type === "csp-violation").map((one) => (one as Json).body)
    : isObject(body)
      ? [body["csp-report"]]
      : [];
  return reports
    .filter(isObject)
    .slice(0, maxViolations)
    .map((report) => ({
      directive: directiveOf(report.effectiveDirective ?? report["effective-directive"]),
      page: pageOf(report.documentURL ?? report["document-uri"]),
      blocked: sourceOf(report.blockedURL ?? report["blocked-uri"]),
    }));
}

const directiveOf = (given: unknown) =>
  typeof given === "string" && directives.has(given) ? given : "unknown";

/** "/staff/identity/:id": words of our own paths stay, everything else is left out. */
function pageOf(given: unknown): string {
  if (typeof given !== "string" || !URL.canParse(given)) return "unknown";
  const parts = new URL(given).pathname.split("/").slice(0, 6);
  return parts.map((part) => (/^[a-z-]{0,20}$/.test(part) ? part : ":id")).join("/");
}

function sourceOf(given: unknown): string {
  if (typeof given !== "string") return "unknown";
  if (keywords.has(given)) return given;
  if (!URL.canParse(given)) return "unknown";
  const { protocol, origin } = new URL(given);
  return (origin === "null" ? protocol : origin).slice(0, 100);
}
