/** Words of a wrap-up that the server does not have, kept by this tab so that a reload gives them back. */

import type { Disposition, FollowUp, WrapUpFields } from "../../api/calls";
import type { SentimentLabel } from "../../api/customer-profile";

/** What the server has of each field that can be edited. */
export interface StoredWrapUp {
  summary: string | null;
  sentiment: SentimentLabel | null;
  disposition: Disposition | null;
  follow_ups: FollowUp[];
}

type Field = keyof StoredWrapUp;

export interface Draft {
  fields: WrapUpFields;
  /** What stood in each of these fields when it was first changed. */
  over: Partial<StoredWrapUp>;
}

export const noDraft: Draft = { fields: {}, over: {} };

const place = "earpiece-wrap-up-drafts";
const all = () => JSON.parse(sessionStorage.getItem(place) ?? "{}") as Record<string, Draft>;

export function keptDraft(callId: string): Draft {
  return all()[callId] ?? noDraft;
}

/** Keeps it in place of the one before; one without fields is forgotten. */
export function keepDraft(callId: string, draft: Draft): void {
  const drafts = new Map(Object.entries(all()));
  if (isEmpty(draft)) drafts.delete(callId);
  else drafts.set(callId, draft);
  sessionStorage.setItem(place, JSON.stringify(Object.fromEntries(drafts)));
}

/** Whoever signs in here next is somebody else. */
export function forgetDrafts(): void {
  sessionStorage.removeItem(place);
}

export function isEmpty({ fields }: Draft): boolean {
  return Object.keys(fields).length === 0;
}

/**
 * What can go on as it was, and what somebody has meanwhile saved otherwise. What the assistant wrote is no such
 * saving: a person's words stand before it.
 */
export function compare(
  draft: Draft,
  stored: StoredWrapUp,
  edited: string[],
): { current: Draft; overtaken: Draft } {
  const wasSavedOtherwise = (field: Field) => {
    const byAssistant = (field === "summary" || field === "sentiment") && !edited.includes(field);
    return !byAssistant && !same(draft.over[field], stored[field]);
  };
  const unsaved = part(draft, (field) => !same(draft.fields[field], stored[field]));
  return {
    current: part(unsaved, (field) => !wasSavedOtherwise(field)),
    overtaken: part(unsaved, wasSavedOtherwise),
  };
}

export function part({ fields, over }: Draft, belongs: (field: Field) => boolean): Draft {
  const chosen = <T extends object>(from: T) =>
    Object.fromEntries(Object.entries(from).filter(([field]) => belongs(field as Field))) as Partial<T>;
  return { fields: chosen(fields), over: chosen(over) };
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
