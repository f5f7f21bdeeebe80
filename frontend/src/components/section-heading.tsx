import type { ReactNode } from "react";

/** The name of a part of a pane, with how many things are in it. */
export function SectionHeading({ children, count }: { children: ReactNode; count?: number }) {
  return (
    <h3 className="flex items-baseline gap-2 text-small font-semibold text-ink">
      {children}
      {count !== undefined && <span className="font-normal text-ink-faint tabular-nums">{count}</span>}
    </h3>
  );
}
