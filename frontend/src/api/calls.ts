import { request } from "./http";
import type { SentimentLabel, Tier } from "./customer-profile";

/** A customer as a call names them. */
export interface Caller {
  id: number;
  name: string;
  account_number: string;
  tier: Tier;
}

/** Somebody who waits to be answered. Times are ISO 8601. */
export interface RingingCall {
  call_id: string;
  since: string;
  rings_until: string;
  customer: Caller | null;
  /** What the caller typed. */
  name: string | null;
}

export interface FollowUp {
  text: string;
  due: string | null;
  done: boolean;
}

export const dispositions = [
  "resolved",
  "follow_up",
  "callback",
  "escalated",
  "transferred",
  "customer_left",
  "wrong_number",
  "other",
] as const;

export type Disposition = (typeof dispositions)[number];

/** A call as lists have it. */
export interface Call {
  call_id: string;
  status: "ringing" | "active" | "wrap_up" | "completed" | "abandoned";
  customer: Caller | null;
  agent_id: number | null;
  agent_name: string | null;
  start_time: string;
  end_time: string | null;
  duration_seconds: number | null;
  sentiment: SentimentLabel | null;
  sentiment_score: number | null;
  summary: string | null;
  /** Why the assistant gave the summary up. */
  summary_failure: string | null;
  disposition: Disposition | null;
  follow_ups: FollowUp[];
  /** Fields that a person wrote. */
  edited: string[];
  completed_at: string | null;
  completed_by: string | null;
  recording_url: string | null;
}

/** Takes a ringing call. Throws RequestFailed with the words to show when somebody else was quicker. */
export function acceptCall(callId: string): Promise<Call> {
  return request<Call>("POST", `/api/calls/${callId}/accept`);
}

/** The most characters that the server takes of a question or a note. */
export const longestQuestion = 500;

/** Asks the assistant about a call; the answer comes as a suggestion. */
export async function askQuestion(callId: string, text: string): Promise<string> {
  const path = `/api/calls/${callId}/questions`;
  return (await request<{ suggestion_id: string }>("POST", path, { text })).suggestion_id;
}

/** What an agent leaves of a call; only the fields sent are changed. */
export interface WrapUpFields {
  summary?: string;
  sentiment?: SentimentLabel;
  disposition?: Disposition | null;
  follow_ups?: FollowUp[];
  completed?: true;
}

/** Saves a wrap-up. What a person wrote, the assistant leaves alone from then on. */
export function saveWrapUp(callId: string, fields: WrapUpFields): Promise<Call> {
  return request<Call>("PATCH", `/api/calls/${callId}/wrap-up`, fields);
}

/** Asks again for a summary that was given up; the call's row has it, or why there is none, some seconds later. */
export function askForSummary(callId: string): Promise<Call> {
  return request<Call>("POST", `/api/calls/${callId}/summary`);
}

/** Sends the agent of a call that goes on a note. */
export async function sendNote(callId: string, text: string): Promise<void> {
  await request<unknown>("POST", `/api/calls/${callId}/notes`, { text });
}

/** A line of a call in which searched words were said; `marks` are ranges of characters of `text`. */
export interface Hit {
  speaker: "agent" | "customer";
  start: number;
  text: string;
  marks: [number, number][];
}

export interface FoundCall extends Call {
  hit?: Hit | null;
}

/** What `GET /api/calls` can be asked for; empty values ask for nothing. */
export interface CallQuery {
  q: string;
  status: string;
  sentiment: string;
  disposition: string;
  since: string;
  until: string;
}

/** One page of calls, newest first. Dates are whole days of this browser's time zone. */
export async function listCalls(
  { since, until, ...query }: CallQuery,
  cursor: string | null,
  signal: AbortSignal,
): Promise<{ items: FoundCall[]; next_cursor: string | null }> {
  const search = new URLSearchParams({ limit: "25" });
  for (const [name, value] of Object.entries(query)) if (value !== "") search.set(name, value);
  if (since !== "") search.set("since", new Date(`${since}T00:00:00`).toISOString());
  if (until !== "") search.set("until", new Date(`${until}T23:59:59.999`).toISOString());
  if (cursor !== null) search.set("cursor", cursor);
  return request("GET", `/api/calls?${search}`, undefined, signal);
}
