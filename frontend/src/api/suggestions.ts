import { request } from "./http";

export type Rating = 1 | -1 | null;

/** What became of a suggestion. */
export interface SuggestionMark {
  used?: boolean;
  dismissed?: boolean;
  /** 1 or −1; null takes the rating back. */
  rating?: Rating;
}

export function markSuggestion(id: string, mark: SuggestionMark): Promise<unknown> {
  return request("PATCH", `/api/suggestions/${id}`, mark);
}
