import { describe, expect, it } from "vitest";
import { belowFloors, isBelowFloors, lockedVersions, readFloors } from "@/lib/bars/floors";

describe("the floors of what we ship", () => {
  it("hold for every package of the lock", () => {
    expect(lockedVersions().length).toBeGreaterThan(300);
    expect(belowFloors()).toEqual([]);
  });

  it("name packages that are there, an advisory each, and the day of their review", () => {
    const { floors, reviewed, accepted } = readFloors();
    const names = new Set(lockedVersions().map((one) => one.slice(0, one.lastIndexOf("@"))));
    for (const { package: name, from, advisories, why } of floors) {
      expect(names, name).toContain(name);
      expect(
        from.every((version) => /^\d+\.\d+\.\d+$/.test(version)),
        name,
      ).toBe(true);
      for (const one of advisories) expect(one).toMatch(/^(CVE-20\d\d-\d{4,6}|GHSA(-[0-9a-z]{4}){3})$/);
      expect(why.length, name).toBeGreaterThan(10);
    }
    for (const { why } of accepted) expect(why.length).toBeGreaterThan(10);
    expect(reviewed).toMatch(/^20\d\d-\d\d-\d\d$/);
  });

  it.each([
    ["16.2.5", ["16.2.6"], true],
    ["16.2.6", ["16.2.6"], false],
    ["16.2.6-canary.1", ["16.2.6"], true],
    ["16.10.0", ["16.2.6"], false],
    ["17.0.0", ["16.2.6"], false],
    ["15.9.9", ["16.2.6"], true],
    ["7.5.9", ["7.5.10", "8.17.1"], true],
    ["7.5.14", ["7.5.10", "8.17.1"], false],
    ["8.17.0", ["7.5.10", "8.17.1"], true],
    ["9.0.0", ["7.5.10", "8.17.1"], false],
    ["6.0.0", ["7.5.10", "8.17.1"], true],
    ["0.45.1", ["0.45.2"], true],
    ["0.46.0", ["0.45.2"], false],
    ["0.44.9", ["0.45.2"], true],
  ] as const)("%s under %j is below: %s", (version, from, expected) => {
    expect(isBelowFloors(version, from)).toBe(expected);
  });

  it("refuse a version that was taken over, and forget no acceptance", () => {
    const list = { ...readFloors(), accepted: [{ version: "gone@1.0.0", advisory: "x", why: "x" }] };
    const found = belowFloors(list, ["next@16.2.5", "debug@4.4.2", "debug@4.4.3"]);
    expect(found.map((line) => line.split(" ")[0])).toEqual(["next@16.2.5", "debug@4.4.2", "gone@1.0.0"]);
  });
});
