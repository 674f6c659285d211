import { randomUUID } from "node:crypto";
import { identityForm, operatorForm, type Subjects } from "@/lib/auth/door-people";

/**
 * Who may pass which door, decided cell by cell; a door without a row fails the tests.
 * Columns in the order of `knockers`: anonymous, owner, other resident, unverified, held, frozen;
 * clerk who asked, another clerk, compliance, valuer, custodian, examiner; clerk who left, signed out, made up.
 *
 * Of an action or a route: y runs   s must sign in   e was signed out   n not allowed   0 not found   r under review
 *   v not verified   p asked for it themselves   d was decided before
 * Of a page: y opens   s goes to the sign-in   c goes to the connect page   n goes to "not allowed"   0 not found
 *   h goes to the desk
 */
export const cell = (cells: string, column: number): string => cells.replaceAll(" ", "")[column] ?? "";

/** How an error code is written in the table. */
export const letterOf: Record<string, string> = {
  sign_in_required: "s",
  signed_out: "e",
  not_allowed: "n",
  not_found: "0",
  under_review: "r",
  not_verified: "v",
  approval_same_person: "p",
  identity_decided: "d",
};

type Input = (subjects: Subjects) => Promise<Record<string, unknown>> | Record<string, unknown>;

export interface ActionRow {
  cells: string;
  /** what is sent; ids are always the owner's, whoever knocks */
  input?: Input;
}

const money = () => ({ amount: "5", clientKey: randomUUID() });
const election = { filingStatus: "single", election: "flat", otherIncome: "" };
const place = { state: "MD", countyFips: "24031", city: "" };

export const actionTable: Record<string, ActionRow> = {
  requestCoin: { cells: "syyvyv nnnnnn ees" },
  bringDollars: { cells: "syyyrr nnnnnn ees", input: money },
  sendDollars: { cells: "syyyrr nnnnnn ees", input: money },
  convertDollars: {
    cells: "syyvrr nnnnnn ees",
    input: (subjects) => ({ ...money(), expectedFeeMicros: subjects.conversionFeeMicros }),
  },
  prepareRedemption: { cells: "syyyrr nnnnnn ees", input: money },
  sendIdentity: { cells: "sddyrr nnnnnn ees", input: identityForm },
  loadCounties: { cells: "syyyyy nnnnnn ees", input: () => ({ state: "MD" }) },
  previewRates: { cells: "syyyyy nnnnnn ees", input: () => ({ ...place, ...election }) },
  saveWithholding: { cells: "syyvrr nnnnnn ees", input: () => election },
  endSession: {
    cells: "sy0000 nnnnnn ees",
    input: async ({ ownersSession }) => ({ sessionId: await ownersSession() }),
  },
  decideApplication: {
    cells: "snnnnn yyynnn ees",
    input: async ({ application }) => ({ applicationId: await application(), decision: "approve" }),
  },
  revealIdentity: {
    cells: "snnnnn yyynnn ees",
    input: async ({ application }) => ({ applicationId: await application(), reason: "a check" }),
  },
  decide: {
    cells: "snnnnn pyynnn ees",
    input: async (subjects) => {
      const { id, payloadHash } = await subjects.approval();
      return { approvalId: id, decision: "approve", seenHash: payloadHash };
    },
  },
  setAccountState: {
    cells: "snnnnn nnynnn ees",
    input: ({ ownersAccount }) => ({ accountId: ownersAccount, state: "open", reason: "a check" }),
  },
  takeApplication: {
    cells: "snnnnn yyynnn ees",
    input: operatorForm,
  },
  checkApplication: {
    cells: "snnnnn yyynnn ees",
    input: async ({ certification }) => ({
      certificationId: await certification(),
      name: "hosting",
      outcome: "passed",
    }),
  },
  askToCertify: {
    cells: "snnnnn yyynnn ees",
    input: async ({ certification }) => ({
      certificationId: await certification({ isChecked: true }),
      certifiedUntil: new Date(Date.now() + 100 * 86_400_000).toISOString(),
      reason: "a check",
    }),
  },
  refuseApplication: {
    cells: "snnnnn yyynnn ees",
    input: async ({ certification }) => ({ certificationId: await certification(), why: "a check" }),
  },
  // of an operator that nobody has: what happens to one that stands is decided by two, in their own tests
  askToRenew: {
    cells: "snnnnn 000nnn ees",
    input: () => ({
      operatorId: 126,
      certifiedUntil: new Date(Date.now() + 100 * 86_400_000).toISOString(),
      affiliated: false,
      reason: "a check",
    }),
  },
  askToRevoke: {
    cells: "snnnnn nn0nnn ees",
    input: () => ({ operatorId: 126, reason: "a check of the door" }),
  },
  askToReinstate: {
    cells: "snnnnn 000nnn ees",
    input: () => ({ operatorId: 126, reason: "a check" }),
  },
  // a bank without an insider, as every real one is: the door leads nowhere
  playCheat: { cells: "000000 000000 000", input: () => ({ kind: "balance" }) },
  undoCheat: { cells: "000000 000000 000", input: () => ({}) },
  turnSwitch: {
    cells: "snnnnn nnynnn ees",
    input: () => ({ name: "sign_in", isOn: true, reason: "a check" }),
  },
};

export interface RouteRow {
  cells: string;
  body?: unknown;
  /** the rest of a path that ends in [...more] */
  rest?: string;
  /** what stands in the brackets of its path */
  params?: Record<string, string>;
  /** "made up" shows the collector's token here: the system's one way in */
  withToken?: true;
}

const everybody = "yyyyyy yyyyyy yyy";
/** an operator shows a signature of its own, and none of these has one */
const nobody = "ssssss ssssss sss";

export const routeTable: Record<string, RouteRow> = {
  "GET /api/auth/[...nextauth]": { cells: everybody, rest: "session" },
  "POST /api/auth/[...nextauth]": { cells: everybody, rest: "signout" },
  "GET /api/auth/nonce": { cells: everybody },
  "GET /api/config": { cells: everybody },
  "GET /api/network": { cells: everybody },
  "POST /api/csp-report": { cells: everybody, body: {} },
  "GET /api/epochs/[number]": { cells: "000000 000000 000", params: { number: "1" } },
  "GET /api/epochs/batches/[root]": { cells: nobody, params: { root: `0x${"00".repeat(32)}` } },
  "GET /api/livez": { cells: everybody },
  "GET /api/metrics": { cells: "snnnnn yyyyyy eey", withToken: true },
  "GET /api/public/reserves": { cells: everybody },
  "GET /api/readyz": { cells: everybody },
  "POST /api/rpc": { cells: everybody, body: { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] } },
  "GET /api/stake/state": { cells: "syyyyy nnnnnn ees" },
  "GET /api/startupz": { cells: everybody },
  "GET /stake/proof/file": { cells: "s00000 nnnnnn ees" },
  "GET /stake/rewards/export": { cells: "syyyyy nnnnnn ees" },
};

export interface PageRow {
  cells: string;
  /** the id in the path */
  id?: (subjects: Subjects) => Promise<string> | string;
}

const resident = "cyyyyy cccccc ccc";
const anyStaff = "ssssss yyyyyy sss";
const identityReaders = "ssssss yyynny sss";

export const pageTable: Record<string, PageRow> = {
  "/": { cells: everybody },
  "/about-rewards": { cells: everybody },
  "/register": { cells: everybody },
  "/reserves": { cells: everybody },
  "/sign-in": { cells: "yyyyyy hhhhhh yyy" },
  "/sources-and-uses": { cells: everybody },
  "/stake": { cells: everybody },
  "/stake/account": { cells: resident },
  "/stake/dollars": { cells: resident },
  "/stake/dollars/convert": { cells: resident },
  "/stake/dollars/receipt/[id]": {
    cells: "cy0000 cccccc ccc",
    id: ({ ownersReceipt }) => ownersReceipt,
  },
  "/stake/dollars/redeem": { cells: resident },
  "/stake/identity": { cells: resident },
  "/stake/new": { cells: resident },
  "/stake/proof": { cells: resident },
  "/stake/rewards": { cells: resident },
  "/stake/rewards/[id]": { cells: "cy0000 cccccc ccc", id: ({ ownersPayout }) => ownersPayout },
  "/stake/unstake": { cells: resident },
  // the same
  "/try-to-cheat": { cells: "000000 000000 000" },
  "/staff": { cells: anyStaff },
  "/staff/approvals": { cells: anyStaff },
  "/staff/approvals/[id]": { cells: anyStaff, id: async ({ approval }) => (await approval()).id },
  "/staff/certification": { cells: anyStaff },
  "/staff/certification/[id]": { cells: anyStaff, id: ({ certification }) => certification() },
  "/staff/certification/new": { cells: "ssssss yyynnn sss" },
  "/staff/certification/operators/[id]": { cells: anyStaff, id: () => "1" },
  "/staff/customers": { cells: identityReaders },
  "/staff/customers/[id]": { cells: identityReaders, id: ({ ownersProfile }) => ownersProfile },
  "/staff/identity": { cells: identityReaders },
  "/staff/identity/[id]": { cells: identityReaders, id: ({ application }) => application() },
  "/staff/kit": { cells: everybody },
  "/staff/not-allowed": { cells: anyStaff },
  "/staff/operations": { cells: anyStaff },
  "/staff/validators": { cells: anyStaff },
  "/staff/switches": { cells: anyStaff },
};
