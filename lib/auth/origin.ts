import { AppError } from "@/lib/errors";

/** Forwarded-host headers are never believed: our address is the configured one. */
export const isOwnOrigin = (origin: string | null, appUrl: string): boolean =>
  origin !== null && origin === new URL(appUrl).origin;

/**
 * Refuses whatever did not come from a page of our own address.
 * Refuses: a missing origin, "null", another site, another port, a sub-domain.
 */
export function requireOwnOrigin(origin: string | null, appUrl: string): void {
  if (!isOwnOrigin(origin, appUrl)) throw new AppError("foreign_origin");
}
