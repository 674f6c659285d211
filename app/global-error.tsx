"use client";

import "./globals.css";
import { Trouble } from "@/app/trouble";
import { Button } from "@/components/ui/button";
import shared from "@/messages/en/shared.json";

/** Stands in when even the frame of the page could not be made, so it brings its own. */
export default function GlobalError({
  error,
  retry,
}: {
  error: Error & { digest?: string };
  retry: () => void;
}) {
  return (
    <html lang="en-US" data-theme="system">
      <body>
        <title>{shared.error.title}</title>
        <Trouble
          {...shared.error}
          reference={error.digest}
          actions={<Button onClick={() => retry()}>{shared.retry}</Button>}
        />
      </body>
    </html>
  );
}
