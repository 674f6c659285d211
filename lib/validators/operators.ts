/**
 * Names of the operators a demo starts with; on chain an operator is a number.
 * Number 1 belongs to the bank and bears its name, number 5 to a company of the same owner.
 */
const demoOperators: Readonly<Record<number, string>> = {
  2: "Harbor Light Computing",
  3: "Old Mill Data Cooperative",
  4: "Plainfield Trust Services",
  5: "Millrace Node Services",
};

export type Owner = "bank" | "affiliate" | "outside";

/** Whose an operator is: the bank's own, a company's of the same house, or somebody else's. */
export const ownerOf = ({ operatorId, isOfBank }: { operatorId: number; isOfBank: boolean }): Owner =>
  !isOfBank ? "outside" : operatorId === 1 ? "bank" : "affiliate";

export function operatorName(operatorId: number, bankName: string): string {
  if (operatorId === 1) return bankName;
  return demoOperators[operatorId] ?? `Operator ${operatorId}`;
}
