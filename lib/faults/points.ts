import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inProject } from "@/lib/processes/running-bank";

export interface Point {
  name: string;
  file: string;
}

const rooms = ["app", "components", "db", "lib"];
const isOurs = (file: string) =>
  /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file) && !/^lib\/(faults\/|failpoint\.ts)/.test(file);

/** Every failpoint that stands in the source. One whose name is not written out is listed without a name. */
export function pointsInSource(): Point[] {
  return rooms.flatMap((room) =>
    readdirSync(inProject(room), { recursive: true, encoding: "utf8" })
      .map((file) => join(room, file))
      .filter(isOurs)
      .flatMap((file) =>
        [...readFileSync(inProject(file), "utf8").matchAll(/\bfailpoint\((?:"([^"]+)")?/g)].map(
          ([, name]) => ({ name: name ?? "", file }),
        ),
      ),
  );
}
