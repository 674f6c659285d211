// Stands in for ua-parser-js in the browser bundle: RainbowKit asks it for the names of browser and system and nothing else.
const browsers = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const systems = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Mac OS X/, "macOS"],
  [/Windows/, "Windows"],
  [/Linux/, "Linux"],
];

export function UAParser(userAgent = globalThis.navigator?.userAgent ?? "") {
  const nameIn = (list) => list.find(([mark]) => mark.test(userAgent))?.[1];
  return { browser: { name: nameIn(browsers) }, os: { name: nameIn(systems) } };
}
