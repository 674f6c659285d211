import { writeSync } from "node:fs";

type AtPoint = (name: string) => void;

/** Ends this process as a power cut would, the n-th time it comes to the point. */
export function dieAt(point: string, time = 1): AtPoint {
  let left = time;
  return (name) => {
    if (name !== point || --left > 0) return;
    writeSync(2, `failpoint ${name}\n`);
    process.kill(process.pid, "SIGKILL");
    // nothing of ours runs between the signal and the end
    for (;;);
  };
}

const [point, time] = (process.env.GRANARY_FAILPOINT ?? "").split("#");
let atPoint: AtPoint | undefined = point ? dieAt(point, Number(time ?? 1)) : undefined;

/**
 * Stands between two durable steps, under a name that is written out (lib/faults lists them from the source and kills
 * the bank at each). Outside such a run it does nothing.
 */
export function failpoint(name: string): void {
  atPoint?.(name);
}

/** What happens at every point from now on; undefined: nothing. */
export function onFailpoint(handler: AtPoint | undefined): void {
  atPoint = handler;
}
