// Preloaded into every process of the bank: when the launcher has gone without stopping it, it stops itself.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid === parent) return;
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.exit(1), 8_000).unref();
}, 1_000).unref();
