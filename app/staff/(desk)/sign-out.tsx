"use client";

import { signOut } from "next-auth/react";
import { useState } from "react";
import { Button } from "@/components/ui/button";

export function SignOut({ name, role }: { name: string; role: string }) {
  const [busy, setBusy] = useState(false);
  return (
    <div className="flex items-center justify-between gap-3 lg:flex-col lg:items-stretch">
      <p>
        <span className="font-semibold">{name}</span>
        <span className="text-soft"> · {role}</span>
      </p>
      <Button
        variant="secondary"
        size="sm"
        busy={busy}
        onClick={() => {
          setBusy(true);
          void signOut({ callbackUrl: "/sign-in" });
        }}
      >
        Sign out
      </Button>
    </div>
  );
}
