import { cookies } from "next/headers";

/** The colors chosen by hand on this device; "system" until then. */
export async function rememberedTheme(): Promise<"system" | "light" | "dark"> {
  const remembered = (await cookies()).get("granary-theme")?.value;
  return remembered === "light" || remembered === "dark" ? remembered : "system";
}
