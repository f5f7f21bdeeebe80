/** What a person chose about the console, remembered by this browser. */

import { useSyncExternalStore } from "react";

export type Preference = "delays" | "ring-tone" | "single-keys";

const initially: Record<Preference, boolean> = { delays: false, "ring-tone": true, "single-keys": true };
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function preference(name: Preference): boolean {
  const chosen = localStorage.getItem(`earpiece-${name}`);
  return chosen === null ? initially[name] : chosen === "on";
}

export function usePreference(name: Preference): [boolean, (on: boolean) => void] {
  const value = useSyncExternalStore(subscribe, () => preference(name));
  const set = (on: boolean) => {
    localStorage.setItem(`earpiece-${name}`, on ? "on" : "off");
    listeners.forEach((listener) => listener());
  };
  return [value, set];
}
