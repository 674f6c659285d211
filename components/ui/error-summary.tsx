import type { ReactNode } from "react";

/** Stands at the top of a form that was refused; each line leads to its field. */
export function ErrorSummary({
  title = "There is a problem",
  errors,
}: {
  title?: string;
  errors: readonly { fieldId?: string; message: ReactNode }[];
}) {
  if (errors.length === 0) return null;
  return (
    <div role="alert" tabIndex={-1} className="mb-8 border-4 border-bad bg-raised p-5">
      <h2 className="mb-2 font-display text-heading font-medium">{title}</h2>
      <ul className="space-y-1">
        {errors.map((error) => (
          <li key={`${error.fieldId}-${String(error.message)}`} className="font-semibold text-bad">
            {error.fieldId ? (
              <a href={`#${error.fieldId}`} className="underline underline-offset-4">
                {error.message}
              </a>
            ) : (
              error.message
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
