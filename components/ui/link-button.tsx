import type { VariantProps } from "class-variance-authority";
import type { ComponentProps, ComponentType } from "react";
import { buttonStyles } from "@/components/ui/button-styles";
import { cn } from "@/components/ui/cn";

/** The router's link is handed in by the page, so that the kit stays free of any framework. */
export type LinkComponent = ComponentType<ComponentProps<"a"> & { href: string; prefetch?: false | null }>;

export const PlainLink: LinkComponent = ({ prefetch: _, ...rest }) => <a {...rest} />;

export type LinkButtonProps = ComponentProps<"a"> &
  VariantProps<typeof buttonStyles> & { href: string; link?: LinkComponent; prefetch?: false | null };

export function LinkButton({
  variant,
  size,
  wide,
  className,
  link: Anchor = PlainLink,
  ...rest
}: LinkButtonProps) {
  return <Anchor {...rest} className={cn(buttonStyles({ variant, size, wide }), className)} />;
}
