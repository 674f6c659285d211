/** False when the app was already built from these sources. */
export declare function build(): Promise<boolean>;
export declare function hydratePostgres(): Promise<void>;
