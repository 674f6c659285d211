import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("app/globals.css", "utf8");
const tokens = new Map(
  [...css.matchAll(/--color-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name as string,
    { light: light as string, dark: dark as string },
  ]),
);

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dim, bright] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

const papers = ["paper", "raised", "sunk"];
const text: [string, string][] = [
  ...papers.flatMap((paper) =>
    ["ink", "soft", "accent", "good", "warn", "bad", "info"].map((ink): [string, string] => [ink, paper]),
  ),
  ...["good", "warn", "bad", "info"].flatMap((tone): [string, string][] => [
    [tone, `${tone}-wash`],
    ["ink", `${tone}-wash`],
    ["soft", `${tone}-wash`],
  ]),
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["paper", "ink"],
  ["ink", "accent-wash"],
];
const lines = papers.map((paper): [string, string] => ["edge", paper]);

describe.each(["light", "dark"] as const)("colors in the %s", (theme) => {
  const color = (name: string) => {
    const token = tokens.get(name);
    if (!token) throw new Error(`no color "${name}"`);
    return token[theme];
  };
  it.each(text)("%s can be read on %s", (ink, ground) => {
    expect(contrast(color(ink), color(ground))).toBeGreaterThanOrEqual(4.5);
  });
  it.each(lines)("%s of a field can be seen on %s", (line, ground) => {
    expect(contrast(color(line), color(ground))).toBeGreaterThanOrEqual(3);
  });
});
