"use client";

import { useEffect, useState } from "react";
import { Trouble } from "@/app/trouble";
import { Button } from "@/components/ui/button";
import { LinkButton } from "@/components/ui/link-button";
import shared from "@/messages/en/shared.json";

export default function ErrorPage({
  error,
  retry,
}: {
  error: Error & { digest?: string };
  retry: () => void;
}) {
  const [reference, setReference] = useState(error.digest);
  useEffect(() => {
    setReference((known) => known ?? document.documentElement.dataset.request);
  }, []);
  return (
    <Trouble
      {...shared.error}
      reference={reference}
      actions={
        <>
          <Button onClick={() => retry()}>{shared.retry}</Button>
          <LinkButton href="/" variant="secondary">
            {shared.home}
          </LinkButton>
        </>
      }
    />
  );
}
