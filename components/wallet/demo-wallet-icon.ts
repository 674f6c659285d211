const ear =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="8" fill="#f4ecd8"/>' +
  '<g fill="none" stroke="#1f3a2d" stroke-width="1.8" stroke-linecap="round"><path d="M20 34V12"/>' +
  '<path d="M20 14c0-4 0-5 0-8 2 2 2 5 0 8zM20 20c-5-1-6-4-6-7 4 0 6 3 6 7zM20 20c5-1 6-4 6-7-4 0-6 3-6 7z"/>' +
  '<path d="M20 27c-5-1-6-4-6-7 4 0 6 3 6 7zM20 27c5-1 6-4 6-7-4 0-6 3-6 7z"/></g></svg>';

/** An ear of grain: the demo wallet's mark in the list of wallets. */
export const demoWalletIcon = `data:image/svg+xml,${encodeURIComponent(ear)}`;
