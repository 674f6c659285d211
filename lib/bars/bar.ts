/** What a bar's file (lib/bars/<id>-<what>.ts) exports: `export const bar: Bar`. */
export interface Bar {
  /** such as "A15"; the file begins with it in lower case */
  id: string;
  title: string;
  run(options: BarOptions): Promise<BarResult>;
}

export interface BarOptions {
  /** every random choice of the run comes from it */
  seed: number;
  /** the long form, hours instead of minutes */
  deep: boolean;
}

export interface BarResult {
  value: string | number;
  limit: string | number;
  pass: boolean;
  /** lines printed before the bar's own, such as a table of figures */
  notes?: string[];
  /** what the machine lacks, when the bar could not be taken */
  skipped?: string;
}
