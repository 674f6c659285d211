import { describe, expect, it } from "vitest";
import { catalogue, pickMessages } from "@/lib/messages/catalogue";
import { translator } from "@/lib/messages/server";

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, path: string[] = []): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[[...path, key].join("."), value] as [string, string]]
      : leaves(value, [...path, key]),
  );
}

const texts = leaves(catalogue);

describe("the catalogue", () => {
  it("has no empty text and no exclamation", () => {
    for (const [key, text] of texts) {
      expect(text.trim(), key).not.toBe("");
      expect(text, key).not.toContain("!");
    }
  });

  it("hands over only the fronts that are asked for", () => {
    expect(Object.keys(pickMessages("shared"))).toEqual(["shared"]);
  });

  it("fills in names", () => {
    expect(translator("public.home")("title", { state: "Maryland" })).toBe(
      "Fully reserved bank for Maryland",
    );
  });
});
