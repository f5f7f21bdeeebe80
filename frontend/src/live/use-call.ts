import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "react";

import { loadCall } from "../api/call-detail";
import { acceptCall, askQuestion, longestQuestion, type RingingCall } from "../api/calls";
import type { CustomerRow } from "../api/customer-profile";
import { RequestFailed } from "../api/http";
import type { Sample } from "../api/samples";
import { markSuggestion, type SuggestionMark } from "../api/suggestions";
import { AudioUnavailable, nothingLeft, type AudioSource } from "./audio-source";
import { callReducer, type CallAction } from "./call-reducer";
import { noCall, type CallSource, type CallState, type Suggestion } from "./call-state";
import { keptCall, type KeptCall } from "./kept-call";
import { LevelStore } from "./level-store";
import { LiveCall, type Accepted, type Parties } from "./live-call";
import { openMicrophone } from "./microphone";
import { PaintWatch } from "./paint-watch";
import { openSampleCall } from "./sample-call";

const recordingCutOff = "The page was loaded anew, and the recorded call ends where it was cut off.";

/** What a console can do with its one call. Every failure shows in the state; nothing here throws. */
export interface CallControls {
  /** Opens a call through the microphone; `customer` is null when nobody knows who it is. */
  talk: (customer: CustomerRow | null) => void;
  simulate: (sample: Sample) => void;
  /** Takes a call that rings; whoever else was quicker is named. */
  accept: (ringing: RingingCall) => void;
  /** Back into the call that this tab was in before it was loaded anew, or to its wrap-up. */
  goOn: () => void;
  setHold: (on: boolean) => void;
  /** Asks the assistant; throws RequestFailed with words. */
  ask: (question: string) => Promise<void>;
  /** Asks once more for advice that came to nothing. */
  retry: (failed: Suggestion) => void;
  /** Puts an alert or a note away. */
  seen: (pinKey: string) => void;
  setMuted: (muted: boolean) => void;
  hangUp: () => void;
  /** Connects again after the server had closed for a reason that is mended. */
  resume: () => void;
  /** Back to no call at all. */
  leave: () => void;
  mark: (suggestionId: string, mark: SuggestionMark) => void;
}

export interface UsedCall {
  state: CallState;
  level: LevelStore;
  controls: CallControls;
}

/** The console's one call: its state, its level, and what can be done with it. */
export function useCall(): UsedCall {
  const [state, dispatch] = useReducer(callReducer, noCall);
  const level = useMemo(() => new LevelStore(), []);
  const current = useRef<LiveCall | null>(null);
  const paints = useMemo(() => new PaintWatch(), []);

  const controls = useMemo((): CallControls => {
    const hear = (action: CallAction) => {
      paints.hear(action);
      dispatch(action);
    };
    function begin(source: CallSource, audio: AudioSource, parties: Parties, accepted?: Accepted): void {
      const call = new LiveCall(audio, parties, hear, (value) => level.set(value), accepted);
      current.current = call;
      const begunAt = accepted?.begunAt ?? null;
      const fresh = { callId: call.callId, source, begunAt: begunAt ?? Date.now() };
      keptCall.set({ ...fresh, muted: false, ended: false });
      dispatch({ type: "opened", call_id: call.callId, begun_at: begunAt });
      call.start();
    }
    async function open(source: CallSource, how: () => Promise<void>): Promise<void> {
      current.current?.leave();
      current.current = null;
      dispatch({ type: "opening", source });
      try {
        await how();
      } catch (error) {
        const known = error instanceof AudioUnavailable || error instanceof RequestFailed;
        dispatch({ type: "open_failed", message: known ? error.message : "The call could not be opened." });
      }
    }
    /** The microphone first: who cannot speak should not take a call from those who can. */
    async function answer(source: CallSource, callId: string): Promise<void> {
      const microphone = await openMicrophone();
      try {
        await acceptCall(callId);
      } catch (error) {
        microphone.stop();
        throw error;
      }
      begin(source, microphone, {}, { callId, voice: microphone.stream, begunAt: null });
    }
    async function comeBack(kept: KeptCall): Promise<void> {
      const { callId, source, begunAt, muted, ended } = kept;
      const saved = ended ? await loadCall(callId) : null;
      if (saved !== null && saved.completed_at !== null) {
        leave();
        return;
      }
      if (ended || source.kind === "sample") {
        begin(source, nothingLeft, {}, { callId, voice: null, begunAt: null });
        if (saved !== null) dispatch({ type: "wrap_up_loaded", call: saved });
        else dispatch({ type: "refused", message: recordingCutOff });
        return;
      }
      const microphone = await openMicrophone();
      const voice = source.kind === "browser" ? microphone.stream : null;
      begin(source, microphone, {}, { callId, voice, begunAt });
      if (muted) setMuted(true);
    }
    function setMuted(muted: boolean): void {
      current.current?.setMuted(muted);
      keptCall.change({ muted });
    }
    function leave(): void {
      current.current?.leave();
      current.current = null;
      keptCall.forget();
      dispatch({ type: "left" });
    }
    async function mark(id: string, change: SuggestionMark): Promise<void> {
      dispatch({ type: "suggestion_marked", suggestion_id: id, mark: change });
      try {
        await markSuggestion(id, change);
      } catch (error) {
        const message = error instanceof RequestFailed ? error.message : "";
        dispatch({ type: "mark_failed", suggestion_id: id, mark: change, message });
      }
    }
    async function ask(question: string): Promise<void> {
      if (current.current !== null) await askQuestion(current.current.callId, question);
    }
    async function retry({ id, trigger }: Suggestion): Promise<void> {
      try {
        await ask(trigger.slice(0, longestQuestion));
        dispatch({ type: "suggestion_marked", suggestion_id: id, mark: { dismissed: true } });
      } catch (error) {
        const why = error instanceof RequestFailed ? error.message : "Something went wrong in this page.";
        dispatch({ type: "refused", message: why });
      }
    }
    return {
      talk: (customer) => {
        const source: CallSource = {
          kind: "microphone",
          title: customer?.name ?? "Unknown caller",
          accountNumber: customer?.account_number ?? null,
        };
        const parties = customer === null ? {} : { customer_id: customer.id };
        void open(source, async () => begin(source, await openMicrophone(), parties));
      },
      simulate: ({ title, url, account_number, agent_name }) => {
        const source: CallSource = { kind: "sample", title, accountNumber: account_number };
        void open(source, async () =>
          begin(source, await openSampleCall(url), { account_number, agent_name }),
        );
      },
      accept: ({ call_id: callId, customer, name }) => {
        const source: CallSource = {
          kind: "browser",
          title: customer?.name ?? name ?? "Unknown caller",
          accountNumber: customer?.account_number ?? null,
        };
        void open(source, () => answer(source, callId));
      },
      goOn: () => {
        const kept = keptCall.get();
        if (kept !== null) void open(kept.source, () => comeBack(kept));
      },
      setHold: (on) => current.current?.setHold(on),
      ask,
      retry: (failed) => void retry(failed),
      seen: (key) => dispatch({ type: "pin_seen", key }),
      setMuted,
      hangUp: () => current.current?.hangUp(),
      resume: () => current.current?.resume(),
      leave,
      mark: (id, change) => void mark(id, change),
    };
  }, [level, paints]);

  useLayoutEffect(
    () => paints.committed((key, ms) => dispatch({ type: "painted", key, ms })),
    [paints, state],
  );
  useEffect(() => {
    controls.goOn();
    return () => current.current?.leave();
  }, [controls]);
  useEffect(() => {
    if (state.ended !== null) keptCall.change({ ended: true });
  }, [state.ended]);
  useLeaveGuard(state.phase === "open" && state.ended === null);
  return { state, level, controls };
}

/** Asks before a reload or a closed tab cuts a running call. */
function useLeaveGuard(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [active]);
}
