import { pino } from "pino";
import { expect, it } from "vitest";
import { redactPaths } from "@/lib/log";

it("keeps secrets out of the log at every depth that commands use", () => {
  const lines: string[] = [];
  const probe = pino({ redact: redactPaths }, { write: (line: string) => void lines.push(line) });
  probe.info({
    taxNumber: "900-00-0001",
    person: { birthDate: "1990-01-01" },
    a: { b: { privateKey: "0xabc" } },
  });
  expect(lines.join()).not.toMatch(/900-00-0001|1990-01-01|0xabc/);
});
