/** False when the app was already built from these sources. */
export declare function build(): Promise<boolean>;
export declare function hydratePostgres(): Promise<void>;
/** Throws a sentence for a Node that is too old. */
export declare function checkNode(version?: string): void;
/** Throws a sentence for a flag that is none. */
export declare function parseFlags(argv: string[]): { fresh: boolean; dev: boolean; help: boolean };
/** The last lines of a failed npm, as one sentence. */
export declare function installFailure(tail: string[]): string;
