import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { homeAt } from "@/lib/processes/home";
import { checkKept, clear, endLeftovers, type Installation } from "@/lib/processes/installation";
import { isAlive, processRef } from "@/lib/processes/os-process";
import { Supervised } from "@/lib/processes/supervisor";

const folder = mkdtempSync(join(tmpdir(), "granary-installation-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kept: Installation = {
  state: "MD",
  mode: "demo",
  outsideDatabase: false,
  outsideChain: false,
  seeded: true,
  createdAt: "2026-01-01T00:00:00Z",
};
const wanted = { state: "MD", outsideDatabase: false, outsideChain: false };

describe("kept data", () => {
  it("are used when nothing has changed", () => {
    expect(() => checkKept(kept, wanted)).not.toThrow();
  });

  it.each([
    [
      { state: "TX" },
      /belong to a bank of MD: keep GRANARY_STATE=MD, or begin a bank of TX anew with npm start -- --fresh/,
    ],
    [{ outsideDatabase: true }, /unset DATABASE_URL/],
    [{ outsideChain: true }, /unset CHAIN_RPC_URL/],
  ])("are refused for %o", (change, sentence) => {
    expect(() => checkKept(kept, { ...wanted, ...change })).toThrow(sentence);
  });

  it("are cleared without touching what is not ours", () => {
    const home = homeAt(folder, "home");
    mkdirSync(join(home.folder, "pg"), { recursive: true });
    const ours = ["data-client", "seals", "wal-archive", "backups", "pg.before-2026"];
    for (const name of ours) mkdirSync(join(home.folder, name));
    for (const name of ["secrets.json", "ports.json", "letter.json"])
      writeFileSync(join(home.folder, name), "{}");
    clear(home);
    expect(
      ["pg", ...ours, "secrets.json", "ports.json", "letter.json"].filter((name) =>
        existsSync(join(home.folder, name)),
      ),
    ).toEqual(["ports.json", "letter.json"]);
  });

  it("are freed from processes that a killed launcher left, and from no other's", async () => {
    const home = homeAt(folder, "left");
    const orphan = new Supervised(
      {
        name: "worker",
        command: process.execPath,
        args: ["-e", "setInterval(() => {}, 1000)"],
        env: {},
        cwd: folder,
        logPath: join(folder, "orphan.log"),
      },
      () => {},
    );
    await orphan.start();
    const ref = orphan.ref ?? { pid: 0 };
    mkdirSync(home.folder, { recursive: true });
    const stranger = { ...processRef(process.pid), startedAt: "1" };
    writeFileSync(
      home.runtime,
      JSON.stringify({ rpcUrl: "http://127.0.0.1:1", processes: { worker: ref, app: stranger } }),
    );
    if (process.platform === "linux") expect(await endLeftovers(home)).toEqual(["worker"]);
    expect(isAlive(ref)).toBe(false);
    await orphan.stop();
    expect(existsSync(home.runtime)).toBe(false);
  });
});
