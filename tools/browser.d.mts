export declare function findBrowser(): Promise<{ path: string; env: Record<string, string>; source: string }>;
export declare const browserArguments: string[];
