import type { Call } from "./calls";
import { request } from "./http";
import type { Rating } from "./suggestions";

/** A call with its words and what was advised. `events` are those of its record, as the protocol has them. */
export interface CallDetail extends Call {
  transcripts: {
    speaker: "agent" | "customer";
    text: string;
    start: number;
    end: number;
    window: number;
    confidence: number | null;
  }[];
  suggestions: SuggestionRow[];
  events: unknown[];
}

export interface SuggestionRow {
  id: string;
  suggestion_type: "tip" | "insight" | "policy" | "alert" | "action";
  message: string;
  status: "streaming" | "complete" | "superseded" | "failed";
  used: boolean;
  dismissed: boolean;
  rating: Rating;
  window: number | null;
  speaker: "agent" | "customer";
  trigger: string;
  asked_by: string | null;
  citations: { ref: number; title: string; section: string; url: string; quote: string }[];
  lookups: { tool: string; arguments: Record<string, unknown>; found: number }[];
}

export function loadCall(callId: string, signal?: AbortSignal): Promise<CallDetail> {
  return request<CallDetail>("GET", `/api/calls/${callId}`, undefined, signal);
}
