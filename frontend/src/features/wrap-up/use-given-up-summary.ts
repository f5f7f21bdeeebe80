import { useEffect, useState } from "react";

import { loadCall } from "../../api/call-detail";
import { askForSummary, type Call } from "../../api/calls";
import { RequestFailed } from "../../api/http";

const pollMs = 2_000;

type Asked =
  { state: "not" | "asking" } | { state: "answered"; call: Call } | { state: "failed"; message: string };

export interface GivenUpSummary {
  /** The call with the summary that came after all. */
  call: Call | null;
  /** What became of the summary; null when it was never given up. */
  words: string | null;
  /** Null when there is nothing to ask for, or it is asked for just now. */
  askAgain: (() => void) | null;
}

/** A summary that the assistant gave up for what `failure` says: asked for again, and looked after until it is there. */
export function useGivenUpSummary(callId: string, failure: string | null): GivenUpSummary {
  const [asked, setAsked] = useState<Asked>({ state: "not" });

  const look = (answer: Promise<Call>, signal?: AbortSignal) => {
    const isOld = () => signal?.aborted === true;
    answer.then(
      (call) => {
        const decided = call.summary !== null || call.summary_failure !== null;
        if (decided && !isOld()) setAsked({ state: "answered", call });
      },
      (error: unknown) => {
        const message = error instanceof RequestFailed ? error.message : "Something went wrong in this page.";
        if (!isOld()) setAsked({ state: "failed", message });
      },
    );
  };
  useEffect(() => {
    if (asked.state !== "asking") return;
    const aborter = new AbortController();
    const timer = setInterval(() => look(loadCall(callId, aborter.signal), aborter.signal), pollMs);
    return () => {
      clearInterval(timer);
      aborter.abort();
    };
  }, [asked.state, callId]);
  const askAgain = () => {
    setAsked({ state: "asking" });
    look(askForSummary(callId));
  };

  const why = asked.state === "answered" ? asked.call.summary_failure : failure;
  if (asked.state === "answered" && asked.call.summary !== null)
    return { call: asked.call, words: null, askAgain: null };
  if (asked.state === "asking")
    return {
      call: null,
      words: "The assistant is asked again; the summary comes by itself.",
      askAgain: null,
    };
  if (asked.state === "failed") return { call: null, words: asked.message, askAgain };
  if (why === null) return { call: null, words: null, askAgain: null };
  return {
    call: null,
    words: `The assistant could not write a summary (${why}). Write it by hand, or ask again.`,
    askAgain,
  };
}
