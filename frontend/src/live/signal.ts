/** What the two pages of a conversation say to each other through our sockets to find each other. */

export type Signal =
  /** This page is there; `page` tells one that was reloaded from one that only came back. */
  | { kind: "here"; page: string }
  /** `round` counts the offers of an agent's page; what belongs to an earlier one is void. */
  | { kind: "offer" | "answer"; round: number; sdp: string }
  | { kind: "candidate"; round: number; candidate: RTCIceCandidateInit };

/** Null for what is none: the other page may be anything that speaks to our server. */
export function parseSignal(data: unknown): Signal | null {
  if (typeof data !== "object" || data === null || !("kind" in data)) return null;
  const { kind, page, round, sdp, candidate } = data as Record<string, unknown>;
  if (kind === "here") return typeof page === "string" ? { kind, page } : null;
  if (typeof round !== "number") return null;
  if (kind === "offer" || kind === "answer") return typeof sdp === "string" ? { kind, round, sdp } : null;
  if (kind !== "candidate" || typeof candidate !== "object" || candidate === null) return null;
  return { kind, round, candidate };
}
