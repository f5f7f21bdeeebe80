/** Where a call's socket stands. `since` is epoch milliseconds, `attempt` counts tries since it was last live. */
export type Connection =
  | { kind: "connecting"; attempt: number }
  | { kind: "live" }
  | { kind: "reconnecting"; attempt: number; since: number }
  | { kind: "offline"; attempt: number; since: number }
  | { kind: "catching_up"; since: number }
  | { kind: "back"; awaySeconds: number }
  | { kind: "closed"; code: number; error: CloseReason | null };

export interface CloseReason {
  code: string;
  message: string;
}

/** About six seconds of trying: what lasts longer is no blink any more. */
const offlineAfterAttempts = 8;

/** What a failed try means to the person: still connecting, reconnecting, or by now offline. */
export function afterFailure(attempt: number, since: number, wasLive: boolean): Connection {
  if (!wasLive) return { kind: "connecting", attempt };
  return { kind: attempt > offlineAfterAttempts ? "offline" : "reconnecting", attempt, since };
}

/** Closed for a reason the agent can mend (signed out, too much at once), after which the leg goes on. */
export function mayMend(closeCode: number): boolean {
  return closeCode === 4401 || closeCode === 4429;
}

const firstDelayMs = 200;
/** Most outages are a restart: for the first tries an agent should not wait for us once the server is back. */
const soonTries = 12;
const soonMs = 1_000;
const laterMs = 5_000;

/** Milliseconds before try `attempt` (1, 2, …): doubling, capped, spread by half so that clients do not return in step. */
export function backOffMs(attempt: number, random: () => number): number {
  const cap = attempt > soonTries ? laterMs : soonMs;
  return Math.min(cap, firstDelayMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

/** 1000 and our own 4xxx codes are the server's last word; anything else cuts a leg that may resume. */
export function mayResume(closeCode: number): boolean {
  return closeCode !== 1000 && closeCode < 4000;
}
