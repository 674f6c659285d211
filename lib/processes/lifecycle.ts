import { setTimeout as wait } from "node:timers/promises";
import { log } from "@/lib/log";

const graceMs = 20_000;

/** Runs once on SIGTERM or SIGINT, then ends the process; a second signal or a hung stop ends it at once. */
export function onStop(stop: () => Promise<void>): void {
  let stopping = false;
  const handle = async (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "stopping");
    const late = setTimeout(() => process.exit(1), graceMs);
    late.unref();
    await stop().catch((error: unknown) => log.error({ err: error }, "stop failed"));
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void handle(signal));
}

export interface Loop {
  stop(): Promise<void>;
}

/** Runs `step` for ever with a pause, backing off while it fails; a pause of 0 from step means "at once again". */
export function startLoop(name: string, pauseMs: number, step: () => Promise<boolean | undefined>): Loop {
  let stopped = false;
  const ended = (async () => {
    let failures = 0;
    while (!stopped) {
      let more: boolean | undefined = false;
      try {
        more = await step();
        if (failures > 0) log.info({ loop: name, failures }, "works again");
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1 || failures % 30 === 0)
          log.warn({ loop: name, err: error, failures }, "step failed");
      }
      if (!more) await wait(Math.min(pauseMs * 2 ** Math.min(failures, 5), 5_000));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await ended;
    },
  };
}
