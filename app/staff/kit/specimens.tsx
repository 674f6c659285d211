import type { ReactNode } from "react";
import { DialogParts, InputParts, TabParts } from "@/app/staff/kit/later-parts";
import { GrainMark } from "@/components/art/grain-mark";
import { GuillocheBand, GuillocheRosette } from "@/components/art/guilloche";
import { Landmark } from "@/components/art/landmark";
import { WheatSheaf } from "@/components/art/wheat-sheaf";
import { PayoutSplit } from "@/components/charts/payout-split";
import { ReserveBalance } from "@/components/charts/reserve-balance";
import { TimeChart } from "@/components/charts/time-chart";
import { Amount } from "@/components/money/amount";
import { Rate } from "@/components/money/rate";
import { Banner } from "@/components/ui/banner";
import { Breadcrumb } from "@/components/ui/breadcrumb";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Copyable } from "@/components/ui/copyable";
import { DefinitionList } from "@/components/ui/definition-list";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorSummary } from "@/components/ui/error-summary";
import { LinkButton } from "@/components/ui/link-button";
import { Pagination } from "@/components/ui/pagination";
import { RadioGroup } from "@/components/ui/radio-group";
import { Section } from "@/components/ui/section";
import { Select } from "@/components/ui/select";
import { Lagging, Skeleton } from "@/components/ui/skeleton";
import { Spinner } from "@/components/ui/spinner";
import { Stat } from "@/components/ui/stat";
import { StatusChip } from "@/components/ui/status-chip";
import { StepList } from "@/components/ui/step-list";
import { Table } from "@/components/ui/table";
import { TextArea } from "@/components/ui/text-area";
import { TextInput } from "@/components/ui/text-input";
import { Timeline } from "@/components/ui/timeline";
import { Why } from "@/components/ui/why";

const dollars = (amount: number) => BigInt(amount) * 1_000_000n;
const day = (index: number) => new Date(Date.UTC(2026, 8, 1 + index, 12));
const days = Array.from({ length: 60 }, (_, index) => index);

const colors = [
  ["bg-paper", "paper"],
  ["bg-raised", "raised"],
  ["bg-sunk", "sunk"],
  ["bg-ink", "ink"],
  ["bg-soft", "soft"],
  ["bg-edge", "edge"],
  ["bg-engrave", "engrave"],
  ["bg-accent", "accent"],
  ["bg-good", "good"],
  ["bg-warn", "warn"],
  ["bg-bad", "bad"],
  ["bg-info", "info"],
] as const;

type Themed = { theme: "light" | "dark" };

/** The kit stands twice on its page, so each part's name says in which light. */
function Part({ theme, title, children }: Themed & { title: string; children: ReactNode }) {
  return <Section title={`${title}, ${theme}`}>{children}</Section>;
}

function Looks({ theme }: Themed) {
  return (
    <>
      <Part theme={theme} title="Type and color">
        <p className="font-display text-display font-medium">Display</p>
        <p className="font-display text-title font-medium">Title of a page</p>
        <p className="font-display text-heading font-medium">Heading of a part</p>
        <p>
          Running text with a{" "}
          <a className="link" href="#content">
            link that says where it leads
          </a>{" "}
          and figures 0123456789.
        </p>
        <p className="text-note text-soft">A note in soft ink.</p>
        <ul className="mt-4 grid grid-cols-3 gap-3 sm:grid-cols-6">
          {colors.map(([fill, name]) => (
            <li key={name} className="text-label">
              <span className={`${fill} mb-1 block h-12 border border-rule`} />
              {name}
            </li>
          ))}
        </ul>
      </Part>
      <Part theme={theme} title="Art">
        <div className="grid grid-cols-3 items-center gap-6 text-engrave">
          <GrainMark className="w-20 text-accent" />
          <GuillocheRosette className="w-full" />
          <WheatSheaf className="w-full" />
        </div>
        <GuillocheBand className="my-6 text-edge" />
        {[
          "Maryland",
          "Oregon",
          "Michigan",
          "Kansas",
          "Vermont",
          "Colorado",
          "Arizona",
          "Louisiana",
          "Hawaii",
          "District of Columbia",
        ].map((name) => (
          <figure key={name} className="mb-4">
            <Landmark stateName={name} className="aspect-[15/4] w-full text-engrave" />
            <figcaption className="text-note text-soft">{name}</figcaption>
          </figure>
        ))}
      </Part>
    </>
  );
}

function Actions({ theme }: Themed) {
  return (
    <Part theme={theme} title="Buttons">
      <div className="space-y-4">
        <div className="flex flex-wrap gap-3">
          <Button>Primary</Button>
          <Button variant="secondary">Secondary</Button>
          <Button variant="quiet">Quiet</Button>
          <Button variant="danger">Danger</Button>
          <LinkButton href="#content">A link as button</LinkButton>
        </div>
        <div className="flex flex-wrap gap-3">
          <Button size="lg">Large</Button>
          <Button size="sm">Small</Button>
          <Button busy busyLabel="Sending">
            Send
          </Button>
          <Button disabledReason="Fill in the amount first.">Disabled, with its reason</Button>
          <Button variant="secondary" disabled>
            Disabled
          </Button>
        </div>
        <Button wide>As wide as its place</Button>
        <DialogParts />
      </div>
    </Part>
  );
}

function Forms({ theme }: Themed) {
  return (
    <Part theme={theme} title="Forms">
      <ErrorSummary errors={[{ message: "Enter your street" }, { message: "Choose a county" }]} />
      <div className="max-w-form space-y-6">
        <TextInput label="Street" name="street" />
        <TextInput label="Street" name="street" error="Enter your street" defaultValue="" />
        <TextInput label="Zip code" name="zip" hint="Five digits" width="code" optional />
        <TextInput label="Locked" name="locked" disabled defaultValue="Cannot be changed" />
        <TextInput label="One question a page" large name="large" hint="A label as large as a heading" />
        <TextArea label="What happened?" name="what" />
        <Select
          label="State"
          name="state"
          placeholder="Choose a state"
          options={[
            { value: "MD", label: "Maryland" },
            { value: "VA", label: "Virginia" },
          ]}
        />
        <Select label="State" name="state" error="Choose a state" options={[]} placeholder="Choose a state" />
        <InputParts />
        <RadioGroup
          label="How much shall be set aside?"
          name={`set-aside-${theme}`}
          defaultValue="standard"
          options={[
            { value: "standard", label: "The standard rates", hint: "Fits most people" },
            { value: "own", label: "My own rates" },
            { value: "none", label: "Nothing", hint: "You pay it all with your return", disabled: true },
          ]}
        />
        <RadioGroup
          label="Choose one"
          name={`choose-${theme}`}
          error="Choose yes or no"
          options={[
            { value: "yes", label: "Yes" },
            { value: "no", label: "No" },
          ]}
        />
        <Checkbox label="I have read it" name="read" hint="Version 3, November 2026" />
        <Checkbox label="Ticked" name="ticked" defaultChecked />
        <Checkbox label="I agree" name="agree" error="Tick the box to go on" />
      </div>
    </Part>
  );
}

function Messages({ theme }: Themed) {
  return (
    <Part theme={theme} title="Messages and states">
      <div className="space-y-4">
        <Banner title="The office is closed on Monday." />
        <Banner tone="warn" title="The count is two hours old." next="It is counted again by itself." />
        <Banner
          tone="error"
          title="The transfer did not arrive."
          money="Your money is safe. It never left your account."
          next="Send it again."
          reference="7d1f0c9e"
          actions={<Button size="sm">Send again</Button>}
        />
        <Banner tone="success" title="Saved." />
        <div className="flex flex-wrap gap-2">
          <StatusChip>Not started</StatusChip>
          <StatusChip tone="busy">Being checked</StatusChip>
          <StatusChip tone="good">Final</StatusChip>
          <StatusChip tone="warn">Due May 3</StatusChip>
          <StatusChip tone="bad">Refused</StatusChip>
        </div>
        <Spinner label="Loading" />
        <div className="max-w-xs space-y-2">
          <Skeleton className="h-10" />
          <Skeleton />
          <Skeleton className="w-1/2" />
        </div>
        <Lagging lagging>
          <p>Old figures, kept under a broken line while new ones come.</p>
        </Lagging>
        <EmptyState
          title="Nothing here yet"
          art={<WheatSheaf />}
          action={<Button variant="secondary">Begin</Button>}
        >
          What will stand here, and how it comes about.
        </EmptyState>
      </div>
    </Part>
  );
}

function Ways({ theme }: Themed) {
  return (
    <Part theme={theme} title="Steps, time and finding the way">
      <div className="space-y-8">
        <Breadcrumb
          label={`Breadcrumb, ${theme}`}
          crumbs={[
            { label: "Home", href: "#content" },
            { label: "People", href: "#content" },
            { label: "One" },
          ]}
        />
        <StepList
          label="All states of a step"
          steps={[
            { id: "1", title: "Form filled", state: "done", meta: "2:04 PM" },
            { id: "2", title: "Not needed this time", state: "skipped" },
            { id: "3", title: "Sign in your wallet", state: "now", detail: "Nothing moves before you sign." },
            { id: "4", title: "Waiting for the network", state: "busy", meta: "about 10 seconds" },
            {
              id: "5",
              title: "Could not be sent",
              state: "failed",
              detail: "The network did not answer. Try again.",
            },
            { id: "6", title: "Receipt", state: "todo" },
          ]}
        />
        <Timeline
          label="All waits"
          moments={[
            { id: "a", title: "Asked", state: "done", when: "Nov 2, 2:04 PM", at: day(0) },
            { id: "b", title: "Waiting time", state: "busy", when: "until Nov 9" },
            { id: "c", title: "Ready", state: "todo", when: "Nov 9, 2:04 PM" },
            { id: "d", title: "In your account", state: "todo", when: "the same day" },
          ]}
        />
        <TabParts />
        <Why question="Why is this so?">Because a folded answer keeps the page calm.</Why>
        <Pagination label={`Pages, ${theme}`} page={2} pages={5} href={(page) => `#page-${page}`} />
      </div>
    </Part>
  );
}

function Money({ theme }: Themed) {
  return (
    <>
      <Part theme={theme} title="Money and tables">
        <div className="grid gap-8 sm:grid-cols-2">
          <Stat
            large
            label="Earned so far"
            value={<Amount amountMicros={12_345_678n} />}
            note="Digits below a cent are smaller"
          />
          <Stat label="As tokens" value={<Amount amountMicros={dollars(1250)} symbol="MDGT" />} />
        </div>
        <DefinitionList
          numeric
          className="my-6"
          items={[
            { term: "In", value: <Amount amountMicros={dollars(40)} flow="in" /> },
            { term: "Out", value: <Amount amountMicros={1_500_000n} flow="out" />, note: "A note beneath" },
            { term: "Below zero", value: <Amount amountMicros={-2_000_000n} /> },
            { term: "Cut to cents", value: <Amount amountMicros={999_999n} decimals={2} /> },
            { term: "Rate", value: <Rate ratePpm={32_000} /> },
            { term: "Sum", value: <Amount amountMicros={dollars(36)} />, total: true },
          ]}
        />
        <DefinitionList
          className="mb-6"
          items={[
            {
              term: "Address",
              value: <Copyable value="0x5FbDB2315678afecb367f032d93F642f64180aa3" what="address" shorten />,
            },
            {
              term: "Whole address",
              value: <Copyable value="0x5FbDB2315678afecb367f032d93F642f64180aa3" what="address" />,
            },
            {
              term: "Name",
              value: "Ada Carroll",
              action: (
                <a className="link" href="#content">
                  Change
                </a>
              ),
            },
          ]}
        />
        <Table
          caption={`A table that scrolls on a phone, ${theme}`}
          rows={["Cash", "Bills", "Gold"]}
          rowKey={(row) => row}
          columns={[
            { id: "kind", head: "Kind", cell: (row) => row, rowHead: true },
            { id: "count", head: "Receipts", cell: (row) => row.length, numeric: true },
            {
              id: "market",
              head: "Market value",
              cell: () => <Amount amountMicros={dollars(12_500)} />,
              numeric: true,
            },
            {
              id: "lendable",
              head: "Lendable",
              cell: () => <Amount amountMicros={dollars(11_000)} />,
              numeric: true,
            },
          ]}
          foot={[
            "All",
            "13",
            <Amount key="m" amountMicros={dollars(37_500)} />,
            <Amount key="l" amountMicros={dollars(33_000)} />,
          ]}
        />
        <Table
          caption={`A table that stacks on a phone, ${theme}`}
          phone="stack"
          className="mt-8"
          rows={[1, 2]}
          rowKey={String}
          columns={[
            { id: "n", head: "Number", cell: (row) => `No. ${row}`, rowHead: true },
            { id: "state", head: "State", cell: () => <StatusChip tone="good">Final</StatusChip> },
            { id: "amount", head: "Amount", cell: () => <Amount amountMicros={dollars(4)} />, numeric: true },
          ]}
        />
        <Table
          caption={`A table without rows, ${theme}`}
          className="mt-8"
          rows={[]}
          rowKey={String}
          columns={[{ id: "n", head: "Number", cell: String }]}
          empty="Nothing has happened yet."
        />
      </Part>
      <Part theme={theme} title="Drawings">
        <div className="grid gap-10 lg:grid-cols-2">
          <PayoutSplit
            caption="A payout, line by line"
            grossMicros={dollars(10)}
            lines={[
              { id: "fee", kind: "fee", label: "Operator's fee", amountMicros: 500_000n, ratePpm: 50_000 },
              {
                id: "us",
                kind: "federal",
                label: "Federal tax",
                amountMicros: 2_090_000n,
                ratePpm: 220_000,
                why: "The flat rate for extra income.",
              },
              { id: "md", kind: "state", label: "Maryland tax", amountMicros: 475_000n, ratePpm: 50_000 },
              {
                id: "mo",
                kind: "local",
                label: "Montgomery County tax",
                amountMicros: 285_000n,
                ratePpm: 30_000,
              },
            ]}
            netMicros={6_650_000n}
          />
          <ReserveBalance
            reservesMicros={dollars(104)}
            supplyMicros={dollars(100)}
            label="Reserves outweigh what was issued."
          />
        </div>
        <TimeChart
          className="mt-10"
          caption="Sixty days"
          summary="Two rising lines and a dashed one."
          timeZone="America/New_York"
          series={[
            {
              id: "a",
              label: "Market value",
              mark: "area",
              tone: "soft",
              points: days.map((i) => ({ at: day(i), amountMicros: dollars(90_000 + i * 1_100) })),
            },
            {
              id: "b",
              label: "Lendable",
              tone: "ink",
              mark: "dashes",
              points: days.map((i) => ({ at: day(i), amountMicros: dollars(84_000 + i * 1_000) })),
            },
            {
              id: "c",
              label: "Issued",
              tone: "accent",
              step: true,
              points: days
                .filter((i) => i % 5 === 0)
                .map((i) => ({ at: day(i), amountMicros: dollars(60_000 + i * 900) })),
            },
          ]}
        />
      </Part>
    </>
  );
}

/** Every part of the kit in every state. */
export function Specimens({ theme }: Themed) {
  return (
    <div className="space-y-12">
      <Looks theme={theme} />
      <Actions theme={theme} />
      <Forms theme={theme} />
      <Messages theme={theme} />
      <Ways theme={theme} />
      <Money theme={theme} />
    </div>
  );
}
