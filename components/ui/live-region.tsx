import type { ReactNode } from "react";

/** Reads its text aloud whenever it changes. Keep it mounted; change only the text. */
export function LiveRegion({ urgent, children }: { urgent?: boolean; children: ReactNode }) {
  return (
    <div role={urgent ? "alert" : "status"} aria-atomic="true" className="sr-only">
      {children}
    </div>
  );
}
