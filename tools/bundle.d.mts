export declare function bundle(): Promise<{ folder: string; made: boolean }>;
export declare function bundleOne(entry: string): Promise<{ folder: string; file: string }>;
