// Stands for `server-only` outside Next, where there is no client to keep out.
export {};
