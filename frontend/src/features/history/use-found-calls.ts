import { useCallback, useState } from "react";

import { listCalls, type CallQuery, type FoundCall } from "../../api/calls";
import { useLoaded, type Loaded } from "../../components/use-loaded";

/** A pause in typing before the server is asked. */
const pauseMs = 250;

interface Found {
  items: FoundCall[];
  next_cursor: string | null;
}

/** The calls that fit, one more page each time `more` is asked for. */
export function useFoundCalls(query: CallQuery): {
  found: Loaded<Found>;
  again: () => void;
  more: () => void;
} {
  const [asked, setAsked] = useState({ query, pages: 1 });
  const pages = asked.query === query ? asked.pages : 1;
  const load = useCallback(
    async (signal: AbortSignal) => {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      signal.throwIfAborted();
      let found: Found = { items: [], next_cursor: null };
      for (let page = 0; page < pages; page++) {
        const next = await listCalls(query, found.next_cursor, signal);
        found = { items: [...found.items, ...next.items], next_cursor: next.next_cursor };
        if (found.next_cursor === null) break;
      }
      return found;
    },
    [query, pages],
  );
  const [found, again] = useLoaded(load);
  return { found, again, more: () => setAsked({ query, pages: pages + 1 }) };
}
