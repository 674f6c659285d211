"use client";

import { lazy } from "react";

/** The provider of texts, for a stranger's page that shows none of them until something is pressed. */
export const TextsLater = lazy(() =>
  import("@/lib/messages/provider").then(({ MessagesProvider }) => ({ default: MessagesProvider })),
);
