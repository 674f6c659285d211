import { type LinkComponent, PlainLink } from "@/components/ui/link-button";

export type Crumb = { label: string; href?: string };

export function Breadcrumb({
  crumbs,
  label = "Breadcrumb",
  link: Anchor = PlainLink,
}: {
  crumbs: readonly Crumb[];
  label?: string;
  link?: LinkComponent;
}) {
  return (
    <nav aria-label={label} className="text-note">
      <ol className="flex flex-wrap items-center gap-x-2">
        {crumbs.map((crumb, index) => (
          <li key={crumb.label} className="flex items-center gap-2">
            {index > 0 && (
              <span aria-hidden="true" className="text-soft">
                /
              </span>
            )}
            {crumb.href ? (
              <Anchor href={crumb.href} className="link inline-flex min-h-11 items-center">
                {crumb.label}
              </Anchor>
            ) : (
              <span aria-current="page" className="inline-flex min-h-11 items-center text-soft">
                {crumb.label}
              </span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
