import { useCallback, useEffect, useState } from "react";

import { RequestFailed } from "../api/http";

export type Loaded<T> =
  { state: "loading" } | { state: "failed"; message: string } | { state: "ready"; value: T };

/** The latest answer of `load`, which must be stable; while a newer one loads, the one before stays. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>): [Loaded<T>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const aborter = new AbortController();
    load(aborter.signal).then(
      (value) => {
        if (!aborter.signal.aborted) setLoaded({ state: "ready", value });
      },
      (error: unknown) => {
        if (aborter.signal.aborted) return;
        const message = error instanceof RequestFailed ? error.message : "Something went wrong in this page.";
        setLoaded({ state: "failed", message });
      },
    );
    return () => aborter.abort();
  }, [load, tries]);
  const again = useCallback(() => {
    setLoaded({ state: "loading" });
    setTries((count) => count + 1);
  }, []);
  return [loaded, again];
}
