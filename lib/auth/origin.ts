import { AppError } from "@/lib/errors";

/**
 * Refuses whatever did not come from a page of our own address.
 * Forwarded-host headers are never believed: the address is the configured one.
 * Refuses: a missing origin, "null", another site, another port, a sub-domain.
 */
export function requireOwnOrigin(origin: string | null, appUrl: string): void {
  if (origin === null || origin !== new URL(appUrl).origin) throw new AppError("foreign_origin");
}
