type Paint = (text: string) => string;
export declare const colour: Record<"bold" | "dim" | "red" | "green" | "amber" | "blue", Paint>;
export declare function say(text: string): void;
export interface StepControls {
  note(text: string): void;
  detail(text: string): void;
}
export declare function step<T>(
  label: string,
  note: string,
  work: (controls: StepControls) => Promise<T> | T,
): Promise<T>;
export declare class Stop extends Error {
  constructor(sentence: string, more?: string[]);
  more: string[];
}
export declare function explain(error: unknown): void;
