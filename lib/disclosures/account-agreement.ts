/** What a resident agrees to when applying. A changed text is a new version; acceptance stores the version it saw. */
export const accountAgreement = {
  document: "account-agreement",
  version: "1",
  from: "2026-01-01",
  title: "Account agreement, version 1",
  text: (bankName: string, tokenName: string) =>
    [
      `1. ${bankName} keeps one dollar or more of assets in custody for every ${tokenName} outstanding. One token is made for one dollar and can be turned back into one dollar, less the fees shown before you confirm.`,
      "2. Staked tokens and tokens in your wallet are not bank deposits and are not insured by the FDIC or any other agency.",
      "3. A reward is a share of fees that somebody paid. It is not interest, and its amount is not promised.",
      "4. Stake takes part in checking the bank's books. If the operator you chose is found to have cheated, part of your stake can be lost after the operator's own bond.",
      "5. Unless you choose otherwise, the bank sets federal, state and county tax aside from every payout and sends it on in your name.",
      "6. You keep the key of your wallet. The bank cannot restore it and cannot move what the wallet holds, except under a court order that is recorded on the network.",
      "7. You may claim, unstake and withdraw at any time, also when your identity check has run out.",
    ].join("\n\n"),
} as const;
