import type { ErrorCode } from "@/lib/errors";

/** What happened, whether the money is safe, what to do now. One entry a code: a new code does not build without words. */
export type ErrorWords = { what: string; money: string; next: string };

const untouched = "Your money is safe. Nothing has moved.";

export const errorWords: Record<ErrorCode, ErrorWords> = {
  amount_missing: {
    what: "There is no amount yet.",
    money: untouched,
    next: "Type an amount in dollars, such as 25 or 25.50.",
  },
  amount_not_a_number: {
    what: "We cannot read that as an amount of dollars.",
    money: untouched,
    next: "Use plain digits with a dot for cents, such as 1,250.75.",
  },
  amount_zero: {
    what: "The amount is zero.",
    money: untouched,
    next: "Type an amount above zero.",
  },
  amount_negative: {
    what: "The amount is below zero.",
    money: untouched,
    next: "Type the amount without a minus sign.",
  },
  amount_too_many_decimals: {
    what: "That amount has more than six digits after the dot.",
    money: untouched,
    next: "Use at most six digits after the dot. A millionth of a dollar is the smallest unit here.",
  },
  amount_too_large: {
    what: "That amount is larger than we can handle.",
    money: untouched,
    next: "Check for extra digits and type a smaller amount.",
  },
  amount_too_small: {
    what: "That amount is below the smallest one allowed here.",
    money: untouched,
    next: "Type a larger amount.",
  },
  amount_changed: {
    what: "The figures changed while you were looking at them.",
    money: untouched,
    next: "Look at the new figures and confirm again.",
  },
  invalid_input: {
    what: "Something in the form is missing or not in the right form.",
    money: untouched,
    next: "Check the marked fields and send it again.",
  },
  name_invalid: {
    what: "We cannot read that name.",
    money: untouched,
    next: "Type your full legal name as it stands on your identity document.",
  },
  birth_date_invalid: {
    what: "That is not a date of birth we can use.",
    money: untouched,
    next: "Check day, month and year.",
  },
  under_age: {
    what: "You must be 18 or older to open this account.",
    money: untouched,
    next: "If the date of birth is wrong, correct it. Otherwise please come back when you are 18.",
  },
  address_invalid: {
    what: "The address is not complete.",
    money: untouched,
    next: "Fill in street, city and a five-digit ZIP code.",
  },
  county_unknown: {
    what: "That county is not in the state you chose.",
    money: untouched,
    next: "Choose your state first, then your county from the list.",
  },
  tax_number_invalid: {
    what: "That is not a valid Social Security or taxpayer number.",
    money: untouched,
    next: "Check the nine digits on your card.",
  },
  tax_number_in_use: {
    what: "We cannot open another account with these details.",
    money: untouched,
    next: "If you already have an account, sign in with the wallet you used then, or ask a branch for help.",
  },
  election_invalid: {
    what: "Please choose how tax is withheld.",
    money: untouched,
    next: "Pick one of the choices shown. You can change it later.",
  },
  terms_not_accepted: {
    what: "The agreement has not been accepted.",
    money: untouched,
    next: "Read the agreement and tick the box to go on.",
  },
  sign_in_required: {
    what: "You are not signed in.",
    money: "Your money is safe.",
    next: "Sign in and try again.",
  },
  sign_in_expired: {
    what: "That sign-in request is too old.",
    money: "Your money is safe.",
    next: "Start the sign-in again and sign the new message within five minutes.",
  },
  sign_in_used: {
    what: "That sign-in message has been used before.",
    money: "Your money is safe.",
    next: "Start the sign-in again. Each message works once.",
  },
  sign_in_malformed: {
    what: "We cannot read that sign-in message.",
    money: "Your money is safe.",
    next: "Start the sign-in again from this page.",
  },
  sign_in_wrong_domain: {
    what: "That sign-in message was made for another web site.",
    money: "Your money is safe. Do not sign messages that another site shows you.",
    next: "Start the sign-in again from this page.",
  },
  sign_in_wrong_chain: {
    what: "That sign-in message was made for another network.",
    money: "Your money is safe.",
    next: "Switch your wallet to this bank's network and start the sign-in again.",
  },
  sign_in_wrong_wallet: {
    what: "The message was signed by another wallet than the one it names.",
    money: "Your money is safe.",
    next: "Choose the right account in your wallet and start the sign-in again.",
  },
  sign_in_wrong_signature: {
    what: "The signature does not fit the message.",
    money: "Your money is safe.",
    next: "Start the sign-in again and sign the message unchanged.",
  },
  sign_in_wrong_password: {
    what: "Name and password do not fit together.",
    money: "Nothing was changed.",
    next: "Check both and try again.",
  },
  signed_out: {
    what: "This session was signed out.",
    money: "Your money is safe. What you sent before still counts.",
    next: "You or the bank ended it, here or somewhere else. Sign in again to go on; if it was not you, look at where you are signed in.",
  },
  session_ended: {
    what: "Your session has ended.",
    money: "Your money is safe. What you sent before still counts.",
    next: "Sign in again and go on where you were.",
  },
  not_allowed: {
    what: "You are not allowed to do that.",
    money: untouched,
    next: "Ask somebody with the right role, or sign in with another account.",
  },
  foreign_origin: {
    what: "This request did not come from one of our own pages.",
    money: untouched,
    next: "Open the bank at its own address and try again from there.",
  },
  request_too_large: {
    what: "That is more than we can take in one go.",
    money: untouched,
    next: "Send less at once and try again.",
  },
  not_found: {
    what: "We cannot find that.",
    money: untouched,
    next: "Go back to your overview and start from there.",
  },
  rate_limited: {
    what: "That was asked too often in a short time.",
    money: untouched,
    next: "Wait a minute and try again.",
  },
  under_review: {
    what: "We cannot do this just now.",
    money: "Your money is safe and still yours. Nothing has moved.",
    next: "The service may be in maintenance, or your account may need a refresh or a review. Look at your identity page, or try again later.",
  },
  not_verified: {
    what: "This wallet has not been verified yet.",
    money: untouched,
    next: "Finish the identity check. It takes a few minutes.",
  },
  identity_pending: {
    what: "Your identity check is already with us.",
    money: untouched,
    next: "Wait for the answer on your identity page. There is nothing more to send.",
  },
  identity_decided: {
    what: "Somebody has already decided this application.",
    money: untouched,
    next: "Reload the page to see the decision.",
  },
  wallet_taken: {
    what: "That wallet already belongs to an account.",
    money: untouched,
    next: "Sign in with it, or use another wallet.",
  },
  balance_too_low: {
    what: "There is not enough in the account for that.",
    money: untouched,
    next: "Type a smaller amount, or bring more dollars first.",
  },
  network_coin_too_low: {
    what: "Your wallet cannot pay the network cost of this step.",
    money: untouched,
    next: "Ask for a network grant on your overview page. It is free and takes a few seconds.",
  },
  reserve_stale: {
    what: "The statement of what we hold in reserve is too old, so no new tokens can be made.",
    money: "Your dollars are safe and stay on your account.",
    next: "A new statement is on its way. Try again in a few minutes.",
  },
  reserve_too_low: {
    what: "New tokens would not be fully covered by the reserve, so they were refused.",
    money: "Your dollars are safe and stay on your account.",
    next: "Try a smaller amount, or try again later.",
  },
  position_expired: {
    what: "The reserve record for this conversion is missing or no longer valid.",
    money: "Your dollars are safe and stay on your account.",
    next: "Start the conversion again.",
  },
  position_used: {
    what: "The reserve record for this conversion has been used.",
    money: "Your money is safe. Each record counts once.",
    next: "Look at your history before you start again.",
  },
  mint_limit_reached: {
    what: "The limit for new tokens in this hour or day has been reached.",
    money: "Your dollars are safe and stay on your account.",
    next: "Try again later. The limit protects everybody's reserve.",
  },
  dollars_not_ready: {
    what: "The dollars for this are not ready yet.",
    money: "Your money is safe and on its way.",
    next: "Wait for the step before this one to finish.",
  },
  operator_unknown: {
    what: "There is no such operator.",
    money: untouched,
    next: "Choose an operator from the list.",
  },
  operator_closed: {
    what: "This operator takes no new stake.",
    money: "Stake you already have there is not affected.",
    next: "Choose another operator.",
  },
  stake_too_small: {
    what: "You asked for more than you have staked there.",
    money: untouched,
    next: "Type at most the amount you have staked with this operator.",
  },
  nothing_to_claim: {
    what: "There is nothing to claim yet.",
    money: "What you earn keeps adding up.",
    next: "Come back after the next payout.",
  },
  not_yet_withdrawable: {
    what: "The waiting time is not over yet.",
    money: "Your money is safe and reserved for you.",
    next: "See the timeline for the moment when you can withdraw.",
  },
  too_many_unbondings: {
    what: "You have as many open withdrawals as one wallet can have.",
    money: untouched,
    next: "Withdraw one that is ready, then start the next.",
  },
  request_unknown: {
    what: "This withdrawal is not open. It may have been paid already.",
    money: "Your money is safe.",
    next: "Reload the page to see where it stands.",
  },
  wallet_not_connected: {
    what: "No wallet is connected.",
    money: untouched,
    next: "Connect your wallet and try again.",
  },
  wallet_changed: {
    what: "Your wallet has switched to another account.",
    money: untouched,
    next: "Switch back to the account you signed in with, or sign in with this one.",
  },
  wallet_rejected: {
    what: "You said no in your wallet.",
    money: untouched,
    next: "If that was by mistake, try again.",
  },
  wallet_offline: {
    what: "Your wallet cannot reach the network.",
    money:
      "Your money is safe. If the wallet has sent anything after all, we find it before anything is asked again.",
    next: "Check the network address (RPC) in your wallet's settings. If the wallet shows the step as waiting, cancel it there; then try this step again.",
  },
  wrong_chain: {
    what: "Your wallet is on another network.",
    money: untouched,
    next: "Switch your wallet to this bank's network. We can ask your wallet to do it.",
  },
  would_revert: {
    what: "We tried this step first, and it would fail.",
    money: "Your money is safe. Nothing was sent.",
    next: "Check the amount and try again. If it goes on, ask us and give the reference below.",
  },
  transaction_failed: {
    what: "The network took this step in and then refused it.",
    money: "Your money is safe. Nothing has changed; only the small network cost was used.",
    next: "Something may have changed since you began. Look at the amount and try again.",
  },
  transaction_replaced: {
    what: "Your wallet sent something else in place of this step.",
    money: "This step did not happen. Nothing was staked, claimed or given back by it.",
    next: "Look in your wallet at what it sent instead. You can start this step again whenever you like.",
  },
  transaction_cancelled: {
    what: "You cancelled this step in your wallet.",
    money: "Your money is safe. Nothing was staked or moved; only the small network cost was used.",
    next: "You can start it again whenever you like.",
  },
  transaction_unclear: {
    what: "Your wallet has sent something that we cannot match with this step.",
    money: "Your money is safe. We ask for nothing more until it is clear, so that nothing is sent twice.",
    next: "Look at the latest entries in your wallet, wait a minute and try again.",
  },
  transaction_lost: {
    what: "The network does not know this step.",
    money: untouched,
    next: "Look in your wallet first: if it still shows the step as waiting, cancel it there. Then send it again.",
  },
  transaction_slow: {
    what: "This step was sent but is not confirmed yet.",
    money: "Your money is safe. It is either where it was or where you sent it.",
    next: "You can leave this page; we show the result when you come back. If your wallet offers to speed the step up or to cancel it, you can do so there and we notice.",
  },
  chain_down: {
    what: "We cannot reach the network.",
    money: "Your money is safe. Balances do not change while the network is away.",
    next: "Try again in a minute. The status page shows when it is back.",
  },
  chain_behind: {
    what: "Our records are catching up with the network.",
    money: "Your money is safe.",
    next: "Try again in a minute.",
  },
  partner_down: {
    what: "A partner we need for this step does not answer.",
    money: "Your money is safe. It stays where it is.",
    next: "We try again by ourselves. There is nothing you need to do.",
  },
  approval_needed: {
    what: "This needs a second person's approval.",
    money: "Your money is safe and set aside for this.",
    next: "We show it here as soon as it has been approved.",
  },
  approval_same_person: {
    what: "You cannot approve what you asked for yourself.",
    money: untouched,
    next: "Ask a colleague to approve it.",
  },
  approval_expired: {
    what: "The request for approval is too old.",
    money: untouched,
    next: "Ask for it again.",
  },
  approval_changed: {
    what: "What was asked for is not what would be done now.",
    money: untouched,
    next: "Ask for it again, so that both persons see the same.",
  },
  approval_decided: {
    what: "This request has already been decided.",
    money: untouched,
    next: "Reload the page to see the decision.",
  },
  owner_taken: {
    what: "This owner or this wallet already stands behind an operator, or has already applied.",
    money: untouched,
    next: "One beneficial owner runs one operator. Look for the earlier application.",
  },
  key_taken: {
    what: "One of these keys is or was used by an operator.",
    money: untouched,
    next: "Make a new key for each purpose, and apply with those.",
  },
  evidence_missing: {
    what: "A document is missing.",
    money: untouched,
    next: "Name one document for the owner, keys, insurance, hosting and security each.",
  },
  checks_open: {
    what: "Not every check has passed yet.",
    money: untouched,
    next: "Finish the open checks, then ask again.",
  },
  certificate_date: {
    what: "A certificate cannot end on that day.",
    money: untouched,
    next: "Choose a day after today and within a year.",
  },
  bond_too_small: {
    what: "The bond is below the smallest one that gives a seat.",
    money: untouched,
    next: "Post more tokens as the operator's bond, then take up the seat.",
  },
  not_compared: {
    what: "Chain and books have not been found equal, up to the chain's last final block, since sending was turned off.",
    money: "All money is safe. Nothing is sent until then.",
    next: "Wait for the next reconciliation under Operations; if it shows a difference, resolve that first.",
  },
  idempotency_conflict: {
    what: "The same reference was used before for something else.",
    money: "Your money is safe. The first one counts, and it was done once.",
    next: "Reload the page and start again.",
  },
  conflict: {
    what: "Something changed in the meantime, so this no longer applies.",
    money: "Your money is safe. Nothing was done twice.",
    next: "Reload the page and look at where it stands.",
  },
  busy: {
    what: "The bank is very busy.",
    money: untouched,
    next: "Wait a few seconds and try again.",
  },
  unexpected: {
    what: "Something went wrong on our side.",
    money: "Your money is safe. Every step is either done in full or not at all.",
    next: "Try again. If it goes on, ask us and give the reference below.",
  },
};
