"use client";

import dynamic from "next/dynamic";

/** Drawn with the page, awake after it: the parts that need most script are the least of what the kit shows. */
export const DialogParts = dynamic(() =>
  import("@/app/staff/kit/live-parts").then((parts) => parts.DialogParts),
);
export const InputParts = dynamic(() =>
  import("@/app/staff/kit/live-parts").then((parts) => parts.InputParts),
);
export const TabParts = dynamic(() => import("@/app/staff/kit/live-parts").then((parts) => parts.TabParts));
