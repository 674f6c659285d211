import { beforeAll, expect, it } from "vitest";
import { blindIndex, openField, sealField } from "@/lib/crypto/field";

const place = { table: "bank.person", column: "tax_number", rowId: "a" };
beforeAll(() => {
  process.env.FIELD_KEY = Buffer.alloc(32, 1).toString("base64");
  process.env.BLIND_INDEX_KEY = Buffer.alloc(32, 2).toString("base64");
});

it("opens what it sealed, never twice the same", () => {
  const sealed = sealField("123-45-6789 é", place);
  expect(openField(sealed, place)).toBe("123-45-6789 é");
  expect(sealField("123-45-6789 é", place)).not.toBe(sealed);
  expect(sealed).not.toContain("6789");
  expect(openField(sealField("", place), place)).toBe("");
});

it("does not open in another row, column or table, changed, cut, or under another key", () => {
  const sealed = sealField("secret", place);
  for (const other of [{ rowId: "b" }, { column: "birth_date" }, { table: "bank.profile" }])
    expect(() => openField(sealed, { ...place, ...other })).toThrow();
  for (const broken of [sealed.slice(0, -2), sealed.replace("v1", "v2"), `${sealed}AA`, "", "v1.a.b"])
    expect(() => openField(broken, place)).toThrow();
  process.env.FIELD_KEY = Buffer.alloc(32, 3).toString("base64");
  expect(() => openField(sealed, place)).toThrow();
  process.env.FIELD_KEY = Buffer.alloc(32, 1).toString("base64");
});

it("finds equals without telling what they are", () => {
  expect(blindIndex("tax_number", "123456789")).toBe(blindIndex("tax_number", "123456789"));
  expect(blindIndex("tax_number", "123456789")).not.toBe(blindIndex("tax_number", "123456780"));
  expect(blindIndex("tax_number", "123456789")).not.toBe(blindIndex("phone", "123456789"));
});
