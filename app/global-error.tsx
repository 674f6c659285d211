"use client";

import "./globals.css";
import { Trouble } from "@/app/trouble";
import { Button } from "@/components/ui/button";
import shared from "@/messages/en/shared.json";

/** Stands in when even the frame of the page could not be made, so it brings its own. */
export default function GlobalError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <html lang="en-US" data-theme="system">
      <body>
        <title>{shared.error.title}</title>
        <Trouble
          {...shared.error}
          reference={error.digest}
          actions={<Button onClick={reset}>{shared.retry}</Button>}
        />
      </body>
    </html>
  );
}
