import { route } from "@/lib/auth/route";

/** The process answers; says nothing about what it depends on. */
export const GET = route({ name: "livez", access: "open" }, () => Response.json({ live: true }));
