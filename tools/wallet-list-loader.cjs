// What RainbowKit's list of wallets brings along and this bank never shows: instructions for sixty wallets that are not
// offered, and pictures of operating systems. Its version is pinned; a file that looks different passes unchanged.
const picture =
  "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2048%2048'%3E%3Cpath%20fill='none'%20stroke='%238a5a2b'%20stroke-width='2'%20d='M8%2016h32v24H8zM8%2016l6-8h20l6%208M30%2028h10'/%3E%3C/svg%3E";

module.exports = function withoutWhatIsNeverShown(source) {
  if (!/[\\/]chunk-/.test(this.resourcePath)) return `export default ${JSON.stringify(picture)};\n`;
  const start = source.indexOf('"wallet_connectors"');
  const end = source.lastIndexOf("}\n`");
  const comma = source.lastIndexOf(",", start);
  return start < 0 || end < start ? source : `${source.slice(0, comma)}\n${source.slice(end)}`;
};
