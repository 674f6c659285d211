import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { env } from "@/lib/env";

/**
 * A browser in which somebody of the staff has signed in before. Wrong passwords from elsewhere use up other counts
 * than its own, so that whoever guesses cannot lock out the person who knows.
 */
export const deviceCookie = (username: string) =>
  `granary.device.${createHash("sha256").update(username).digest("hex").slice(0, 12)}`;

export const deviceDays = 180;

const sealOf = (username: string, id: string) =>
  createHmac("sha256", env.nextauthSecret).update(`staff device ${username} ${id}`).digest("base64url");

export function newDevice(username: string): string {
  const id = randomBytes(16).toString("base64url");
  return `${id}.${sealOf(username, id)}`;
}

/** The device's number, when the cookie is one that we made for this person. */
export function deviceIn(cookie: string | undefined, username: string): string | undefined {
  const [id = "", seal = ""] = (cookie ?? "").split(".");
  const wanted = Buffer.from(sealOf(username, id));
  const given = Buffer.from(seal);
  return id && wanted.length === given.length && timingSafeEqual(wanted, given) ? id : undefined;
}
