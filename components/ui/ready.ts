"use client";

import { type ChangeEvent, type RefObject, useEffect, useRef, useSyncExternalStore } from "react";

const never = () => () => {};

/** False in the server's HTML and until the page answers to people. */
export const useReady = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What was typed, chosen or ticked before the page answered reaches its form, as if it came a moment later. */
export function useEarlyInput<Element extends Control>(controlled: {
  value?: unknown;
  checked?: boolean;
  onChange?: (event: ChangeEvent<Element>) => void;
}): RefObject<Element | null> {
  const ref = useRef<Element>(null);
  const atFirst = useRef(controlled);
  useEffect(() => {
    const element = ref.current;
    const { value, checked, onChange } = atFirst.current;
    if (!element || !onChange) return;
    const mark = checked !== undefined && element instanceof HTMLInputElement ? element : null;
    const ticked = mark && mark.checked !== checked && (mark.checked || mark.type === "checkbox");
    const typed = checked === undefined && value !== undefined && element.value !== String(value);
    if (ticked || typed) onChange({ target: element, currentTarget: element } as ChangeEvent<Element>);
  }, []);
  return ref;
}
