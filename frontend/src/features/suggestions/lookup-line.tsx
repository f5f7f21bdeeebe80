import { Icon } from "../../components/icon";
import type { LookupDone } from "../../live/call-state";

const verbs: Record<string, string> = {
  lookup_orders: "Looked up orders",
  lookup_tickets: "Looked up tickets",
  search_policies: "Searched the policies",
};

/** One look-up, folded to a line; opened, it says what was asked. */
export function LookupLine({ lookup }: { lookup: LookupDone }) {
  const asked = Object.entries(lookup.arguments);
  return (
    <details className="group text-small text-ink-faint">
      <summary className="inline-flex items-center gap-1.5 rounded-control py-0.5 hover:text-ink">
        <Icon name="chevron" className="size-3.5 transition-transform group-open:rotate-90" />
        {lookupWords(lookup)}
      </summary>
      <p className="ml-5 break-words">
        {asked.length === 0
          ? "Asked for all of this customer's."
          : asked.map(([name, value]) => `${name.replaceAll("_", " ")}: ${String(value)}`).join(", ")}
      </p>
    </details>
  );
}

export function lookupWords({ tool, found }: LookupDone): string {
  return `${verbs[tool] ?? `Used ${tool.replaceAll("_", " ")}`}: ${found === 0 ? "nothing" : found} found`;
}
