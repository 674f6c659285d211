"use client";

import { useEffect, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl/react";
import { RefusalBanner } from "@/app/stake/refusal-banner";
import { Amount } from "@/components/money/amount";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { DefinitionList } from "@/components/ui/definition-list";
import { LiveRegion } from "@/components/ui/live-region";
import { StatusChip } from "@/components/ui/status-chip";
import { StepList, type StepState } from "@/components/ui/step-list";
import { Table } from "@/components/ui/table";
import { Why } from "@/components/ui/why";
import type { CheckedLine, InclusionDocument } from "@/lib/epochs/verify/inclusion";
import type { Checked, Progress } from "./check";

type Facts = { symbol: string; operators: Record<number, string> };

const order = ["lines", "chain", "path", "compare"] as const;

/** The check and its result. What does it is loaded when it is asked for. */
export function CheckPanel({ symbol, operators }: Facts) {
  const t = useTranslations("proof.check");
  const [progress, setProgress] = useState<Progress>();
  const [result, setResult] = useState<Checked & { at: Date }>();
  const isBusy = progress !== undefined && result === undefined;

  async function run() {
    setResult(undefined);
    setProgress({ at: "lines" });
    const { checkMyself } = await import("./check");
    const checked = await checkMyself(setProgress);
    setResult({ ...checked, at: new Date() });
  }

  const checked = result?.outcome === "checked" ? result : undefined;
  const isGood = checked?.lines.every(({ outcome }) => outcome === "proved") ?? false;
  const reached = progress ? order.indexOf(progress.at) : -1;
  const stateOf = (step: (typeof order)[number]): StepState => {
    const at = order.indexOf(step);
    if (checked) return step === "compare" && !isGood ? "failed" : "done";
    if (result) return at < reached ? "done" : at === reached ? "failed" : "todo";
    return at < reached ? "done" : at === reached ? "busy" : "todo";
  };
  const document = progress?.document;
  const final = checked?.signed.epochs.get(checked.document.epoch);
  const signers = final?.signers.map((id) => operators[id] ?? String(id)) ?? [];

  return (
    <div className="space-y-8">
      <Button size="lg" onClick={run} busy={isBusy} busyLabel={t("busy")}>
        {checked ? t("again") : t("button")}
      </Button>
      <StepList
        label={t("steps")}
        steps={[
          {
            id: "lines",
            title: t("lines"),
            state: stateOf("lines"),
            detail: document
              ? t("linesDone", {
                  balances: document.balances.length,
                  receipts: document.receipts.length,
                  number: document.epoch,
                })
              : t("linesText"),
          },
          {
            id: "chain",
            title: t("chain"),
            state: stateOf("chain"),
            detail: final
              ? signers.length > 0
                ? t("chainDone", { number: String(final.number), operators: signers.join(", ") })
                : t("chainDoneNobody", { number: String(final.number) })
              : t("chainText"),
          },
          {
            id: "path",
            title: t("path"),
            state: stateOf("path"),
            detail: checked
              ? t("pathDone", {
                  lines: checked.lines.length,
                  steps: checked.lines.reduce((sum, { steps }) => sum + steps, 0),
                })
              : t("pathText"),
          },
          {
            id: "compare",
            title: t("compare"),
            state: stateOf("compare"),
            detail: checked ? (isGood ? t("compareDone") : t("compareFailed")) : t("compareText"),
          },
        ]}
      />
      <LiveRegion>{isBusy ? t("busy") : ""}</LiveRegion>
      {result && <Result result={result} facts={{ symbol, operators }} />}
    </div>
  );
}

function Result({ result, facts }: { result: Checked & { at: Date }; facts: Facts }) {
  const t = useTranslations("proof.result");
  const format = useFormatter();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.scrollIntoView({ block: "nearest" });
  }, []);
  if (result.outcome === "refused") return <RefusalBanner refusal={result} />;
  if (result.outcome !== "checked")
    return (
      <Banner
        live
        tone="error"
        title={t(result.outcome)}
        money={t(`${result.outcome}Money`)}
        next={t(`${result.outcome}Next`)}
      />
    );
  const { lines, document, signed } = result;
  const wrong = lines.filter(({ outcome }) => outcome === "differs").length;
  const waits = lines.some(({ outcome }) => outcome === "not_final");
  const newest = signed.epochs.get(document.epoch);
  return (
    <div ref={box} className="space-y-8">
      {wrong > 0 ? (
        <Banner
          live
          tone="error"
          title={t("bad", { lines: wrong })}
          money={t("badMoney")}
          next={t("badNext")}
        />
      ) : waits ? (
        <Banner live tone="warn" title={t("notFinal")} money={t("notFinalMoney")} next={t("notFinalNext")} />
      ) : (
        <Banner live tone="success" title={t("good")}>
          <p>
            {t("goodLines", {
              lines: lines.length,
              at: format.dateTime(result.at, { dateStyle: "medium", timeStyle: "medium" }),
            })}
          </p>
        </Banner>
      )}
      <Table
        caption={t("caption")}
        phone="stack"
        rows={lines}
        rowKey={(line) => `${line.kind} ${line.at}`}
        columns={[
          {
            id: "line",
            head: t("line"),
            rowHead: true,
            cell: (line) => <Line {...{ line, document, facts }} />,
          },
          {
            id: "amount",
            head: t("amount"),
            numeric: true,
            cell: (line) => <Sums line={line} symbol={facts.symbol} />,
          },
          { id: "found", head: t("found"), cell: (line) => <Found outcome={line.outcome} /> },
        ]}
      />
      {newest && (
        <Why question={t("technical")}>
          <DefinitionList
            items={[
              {
                term: t("contract", { chain: String(document.chainId) }),
                value: <Copyable value={document.epochManager} what={t("contract", { chain: "" })} />,
              },
              {
                term: t("root", { number: String(newest.number) }),
                value: <Copyable value={newest.digest} what="digest" />,
              },
              {
                term: t("rootBalances"),
                value: <Copyable value={newest.liabilitiesRoot} what={t("rootBalances")} />,
              },
              {
                term: t("rootEntries"),
                value: <Copyable value={newest.entriesRoot} what={t("rootEntries")} />,
              },
              { term: t("owed"), value: <Amount amountMicros={newest.liabilities} /> },
            ]}
          />
        </Why>
      )}
    </div>
  );
}

const tones = { proved: "good", differs: "bad", not_final: "warn" } as const;
const words = { proved: "yes", differs: "no", not_final: "wait" } as const;

function Found({ outcome }: { outcome: CheckedLine["outcome"] }) {
  const t = useTranslations("proof.result");
  return <StatusChip tone={tones[outcome]}>{t(words[outcome])}</StatusChip>;
}

function Line({ line, document, facts }: { line: CheckedLine; document: InclusionDocument; facts: Facts }) {
  const t = useTranslations("proof");
  const format = useFormatter();
  const balance = line.kind === "balance" ? document.balances[line.at] : undefined;
  const receipt = line.kind === "balance" ? undefined : document.receipts[line.at];
  const operator = balance?.operatorId;
  const whatKey = `what.${balance?.class ?? "other"}` as "what.other";
  const eventKey = `event.${receipt?.event ?? "other"}` as "event.other";
  const title = balance
    ? t(t.has(whatKey) ? whatKey : "what.other", {
        operator: operator === undefined ? "" : (facts.operators[operator] ?? String(operator)),
      } as never)
    : line.kind === "tax"
      ? t("tax")
      : t(t.has(eventKey) ? eventKey : "event.other");
  const at = receipt && new Date(receipt.at);
  return (
    <>
      {title}
      <div className="text-note font-normal text-soft">
        {t("result.epoch", { number: line.epoch })}
        {at &&
          !Number.isNaN(at.getTime()) &&
          `, ${format.dateTime(at, { dateStyle: "medium", timeStyle: "short" })}`}
      </div>
    </>
  );
}

function Sums({ line, symbol }: { line: CheckedLine; symbol: string }) {
  const t = useTranslations("proof");
  const sums = line.sums.filter(({ micros }) => micros !== 0n);
  if (sums.length === 0 && line.kind === "entry") return <span className="text-soft">{t("moved")}</span>;
  return (
    <>
      {(sums.length > 0 ? sums : line.sums).map(({ asset, micros }) => (
        <div key={asset}>
          <Amount
            amountMicros={micros}
            {...(asset === "TOKEN" && { symbol })}
            {...(line.kind === "entry" && { flow: micros < 0n ? "out" : "in" })}
          />
        </div>
      ))}
    </>
  );
}
