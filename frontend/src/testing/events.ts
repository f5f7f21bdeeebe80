import type { CustomerProfile } from "../api/customer-profile";
import type {
  AlertRaised,
  Gap,
  NoteSent,
  SuggestionEnded,
  SuggestionStarted,
  Transcript,
} from "../live/protocol";

/** Events with every field filled, so that a test names only those it is about. */

const call_id = "11111111-1111-4111-8111-111111111111";

export function transcript(fields: Partial<Transcript>): Transcript {
  return {
    type: "transcript",
    call_id,
    speaker: "customer",
    text: "My order is late.",
    start: 0,
    end: 2,
    window: 0,
    final: true,
    confidence: 0.9,
    ...fields,
  };
}

export function gap(fields: Partial<Gap>): Gap {
  return { type: "gap", call_id, speaker: "customer", start: 2, end: 11, reason: "not_sent", ...fields };
}

export function started(fields: Partial<SuggestionStarted> = {}): SuggestionStarted {
  return {
    type: "suggestion_started",
    call_id,
    suggestion_id: "s1",
    window: 0,
    speaker: "customer",
    trigger: "My order is late.",
    ...fields,
  };
}

export function delta(offset: number, content: string, suggestion_id = "s1") {
  return { type: "suggestion_delta", call_id, suggestion_id, offset, content } as const;
}

export function suggested(fields: Partial<SuggestionEnded> = {}): SuggestionEnded {
  return {
    type: "suggestion",
    call_id,
    suggestion_id: "s1",
    suggestion_type: "policy",
    message: "Late orders ship free [1].",
    citations: [
      {
        ref: 1,
        title: "Late delivery",
        section: "Refunds",
        url: "/policies/late-delivery#refunds",
        quote: "Free.",
      },
    ],
    status: "complete",
    ...fields,
  };
}

export function alert(fields: Partial<AlertRaised> = {}): AlertRaised {
  return {
    type: "alert",
    call_id,
    kind: "leaving",
    message: "The customer speaks of leaving.",
    trigger: "I will cancel.",
    window: 0,
    speaker: "customer",
    end: 2,
    ...fields,
  };
}

export function note(fields: Partial<NoteSent> = {}): NoteSent {
  const at = "2026-11-23T10:15:04.120Z";
  return { type: "note", call_id, note_id: "n1", text: "Offer the voucher.", from: "Sam", at, ...fields };
}

export const ana: CustomerProfile = {
  id: 7,
  name: "Ana Ruiz",
  email: "ana@example.com",
  phone: "+1 555 0100",
  account_number: "ACC00007",
  tier: "gold",
  status: "active",
  lifetime_value: "1240.50",
  created_at: "2021-03-04T00:00:00Z",
  orders: [],
  tickets: [],
  calls: [],
};

export { call_id };
