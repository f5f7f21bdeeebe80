/** What a tab remembers of its call, so that a reload comes back to it. */

import type { CallSource } from "./call-state";

/** An agent's call until its wrap-up is done. */
export interface KeptCall {
  callId: string;
  source: CallSource;
  /** Epoch milliseconds of the leg's first byte. */
  begunAt: number;
  muted: boolean;
  /** It has ended; only its wrap-up is left. */
  ended: boolean;
}

/** A customer's call until it ends. */
export interface KeptCustomerCall {
  callId: string;
  /** Opens the next socket. */
  ticket: string;
  /** Epoch milliseconds of the leg's first byte; null while it rings. */
  begunAt: number | null;
  muted: boolean;
}

class Kept<T> {
  constructor(private readonly place: string) {}

  get(): T | null {
    const kept = sessionStorage.getItem(this.place);
    return kept === null ? null : (JSON.parse(kept) as T);
  }

  set(call: T): void {
    sessionStorage.setItem(this.place, JSON.stringify(call));
  }

  /** Nothing, where none is kept. */
  change(fields: Partial<T>): void {
    const kept = this.get();
    if (kept !== null) this.set({ ...kept, ...fields });
  }

  forget(): void {
    sessionStorage.removeItem(this.place);
  }
}

export const keptCall = new Kept<KeptCall>("earpiece-call");
export const keptCustomerCall = new Kept<KeptCustomerCall>("earpiece-customer-call");
