import shared from "@/messages/en/shared.json";

/** Complete in itself: an address that cannot be decoded never reaches a page of the app. */
export function badAddressPage(reference: string): string {
  const { title, what, money, next } = shared.badAddress;
  return `<!DOCTYPE html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
:root { color-scheme: light dark }
body { max-width: 36rem; margin: 4rem auto; padding: 0 1rem; font: 1.125rem/1.6 system-ui, sans-serif }
h1 { font: 500 2rem/1.2 Georgia, serif }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${what}</p>
<p>${money}</p>
<p>${next}</p>
<p><a href="/">${shared.home}</a></p>
<p>Reference <code>${reference}</code></p>
</main>
</body>
</html>
`;
}
