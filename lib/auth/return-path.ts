/** Where to go after signing in: a path of ours or the fallback, never another site. */
export function safeReturnPath(asked: string | undefined, fallback: string): string {
  if (!asked || !/^\/(?![/\\])[\w\-./?=&%]*$/.test(asked)) return fallback;
  return asked;
}
