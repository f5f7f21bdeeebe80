import type { ReactNode } from "react";

/** A line of a list; one that the words on show speak of is marked as those are in the transcript. */
export function Row({ mentioned = false, children }: { mentioned?: boolean; children: ReactNode }) {
  return (
    <li
      className={`-mx-2 border-b border-line px-2 py-2 last:border-b-0 ${mentioned ? "rounded-control bg-accent-wash" : ""}`}
    >
      {children}
    </li>
  );
}
