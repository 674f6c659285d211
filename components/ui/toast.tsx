"use client";

import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { Banner, type BannerTone } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";

export type ToastText = { tone?: BannerTone; title: ReactNode; next?: ReactNode };

type Toast = ToastText & { id: number };

const ToastContext = createContext<(toast: ToastText) => void>(() => {});

/** `const say = useToast(); say({ tone: "success", title: "…" })`. Nothing vanishes before it is dismissed. */
export function useToast(): (toast: ToastText) => void {
  return useContext(ToastContext);
}

export function ToastProvider({
  children,
  dismissLabel = "Dismiss",
}: {
  children: ReactNode;
  dismissLabel?: string;
}) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const say = useCallback((toast: ToastText) => {
    setToasts((shown) => [...shown.slice(-2), { ...toast, id: (shown.at(-1)?.id ?? 0) + 1 }]);
  }, []);
  return (
    <ToastContext value={say}>
      {children}
      <div
        role="status"
        aria-live="polite"
        className="pointer-events-none fixed inset-x-4 bottom-20 z-50 flex flex-col gap-3 sm:right-6 sm:bottom-6 sm:left-auto sm:w-96"
      >
        {toasts.map((toast) => (
          <Banner
            key={toast.id}
            tone={toast.tone}
            title={toast.title}
            next={toast.next}
            className="pointer-events-auto animate-rise"
            actions={
              <Button
                variant="secondary"
                size="sm"
                onClick={() => setToasts((shown) => shown.filter((other) => other.id !== toast.id))}
              >
                {dismissLabel}
              </Button>
            }
          />
        ))}
      </div>
    </ToastContext>
  );
}
