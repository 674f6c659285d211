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

export function operatorName(operatorId: number, bankName: string): string {
  if (operatorId === 1) return bankName;
  return demoOperators[operatorId] ?? `Operator ${operatorId}`;
}
