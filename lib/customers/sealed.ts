/** Where each sealed value of a person or an application belongs. */
export const applicationField = (rowId: string, column: "birth_date" | "tax_number" | "address") => ({
  table: "bank.identity_application",
  column,
  rowId,
});
export const personField = (rowId: string, column: "birth_date" | "tax_number" | "address") => ({
  table: "bank.person",
  column,
  rowId,
});

export type SealedAddress = { street: string; city: string; zip: string };
