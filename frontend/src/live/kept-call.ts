/** The call this tab is in, remembered so that a reload comes back to it. A recorded call cannot go on and is not kept. */

import type { CallSource } from "./call-state";

export interface KeptCall {
  callId: string;
  source: CallSource;
}

const place = "earpiece-call";

export function keepCall(call: KeptCall): void {
  if (call.source.kind !== "sample") sessionStorage.setItem(place, JSON.stringify(call));
}

export function keptCall(): KeptCall | null {
  const kept = sessionStorage.getItem(place);
  return kept === null ? null : (JSON.parse(kept) as KeptCall);
}

export function forgetCall(): void {
  sessionStorage.removeItem(place);
}
