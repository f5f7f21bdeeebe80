import { useMemo } from "react";
import { useLocation, useSearch } from "wouter";

import type { CallQuery } from "../api/calls";
import { Button } from "../components/button";
import { LoadFailure } from "../components/load-failure";
import { CallFilters } from "../features/history/call-filters";
import { FoundCalls } from "../features/history/found-calls";
import { useFoundCalls } from "../features/history/use-found-calls";

/** Past calls by what was said and how they went. The question stands in the address, so that Back leads to it. */
export function HistoryPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const query = useMemo(() => queryOf(search), [search]);
  const { found, again, more } = useFoundCalls(query);
  return (
    <main className="min-h-0 flex-1 overflow-y-auto">
      <title>Calls – Earpiece</title>
      <div className="mx-auto max-w-6xl px-5 py-6">
        <h1 className="mb-4 text-say font-semibold">Calls</h1>
        <CallFilters query={query} onChange={(changed) => navigate(addressOf(changed), { replace: true })} />
        {found.state === "loading" && <p className="mt-6 text-ink-faint">Looking…</p>}
        {found.state === "failed" && (
          <div className="mt-6">
            <LoadFailure message={found.message} onRetry={again} />
          </div>
        )}
        {found.state === "ready" && (
          <>
            {found.value.items.length === 0 ? (
              <p className="mt-6 text-ink-soft">No call fits.</p>
            ) : (
              <FoundCalls calls={found.value.items} />
            )}
            {found.value.next_cursor !== null && (
              <Button className="mx-auto mt-4 flex" onClick={more}>
                Show earlier calls
              </Button>
            )}
          </>
        )}
      </div>
    </main>
  );
}

const nothing: CallQuery = { q: "", status: "", sentiment: "", disposition: "", since: "", until: "" };

function queryOf(search: string): CallQuery {
  const asked = new URLSearchParams(search);
  const names = Object.keys(nothing) as (keyof CallQuery)[];
  return Object.fromEntries(names.map((name) => [name, asked.get(name) ?? ""])) as unknown as CallQuery;
}

function addressOf(query: CallQuery): string {
  const asked = Object.entries(query).filter(([, value]) => value !== "");
  return asked.length === 0 ? "/calls" : `/calls?${new URLSearchParams(asked as [string, string][])}`;
}
