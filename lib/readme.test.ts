import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const readmes = execFileSync("git", ["ls-files", "*README.md"], { encoding: "utf8" })
  .split("\n")
  .filter(Boolean);
const rooms = "app|components|lib|db|contracts|e2e|messages|tools|public";

describe("every path that a README names exists", () => {
  it.each(readmes)("%s", (readme) => {
    const text = readFileSync(readme, "utf8");
    const named = [...text.matchAll(new RegExp(`\`((?:${rooms})/[\\w./()\\[\\]-]+)\``, "g"))].map(
      (match) => match[1]!,
    );
    const missing = named.filter(
      (one) => !existsSync(one) && !existsSync(path.join(path.dirname(readme), one)),
    );
    expect(missing).toEqual([]);
  });
});
