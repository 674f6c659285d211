import { Icon } from "@/components/ui/icon";
import { type LinkComponent, PlainLink } from "@/components/ui/link-button";

const step = "inline-flex min-h-11 items-center gap-2 font-semibold link";

export function Pagination({
  page,
  pages,
  href,
  label = "Pages",
  link: Anchor = PlainLink,
}: {
  /** Counted from 1. */
  page: number;
  pages: number;
  href: (page: number) => string;
  label?: string;
  link?: LinkComponent;
}) {
  if (pages <= 1) return null;
  return (
    <nav aria-label={label} className="flex items-center justify-between gap-4 py-4">
      {page > 1 ? (
        <Anchor href={href(page - 1)} rel="prev" className={step}>
          <Icon name="left" className="size-4" />
          Previous
        </Anchor>
      ) : (
        <span />
      )}
      <span className="text-soft">
        Page {page} of {pages}
      </span>
      {page < pages ? (
        <Anchor href={href(page + 1)} rel="next" className={step}>
          Next
          <Icon name="right" className="size-4" />
        </Anchor>
      ) : (
        <span />
      )}
    </nav>
  );
}
