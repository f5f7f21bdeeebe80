import { duration } from "../../components/format";
import { useOverdue } from "../../components/use-overdue";
import type { CallState } from "../../live/call-state";
import { offered } from "../../live/suggestion-state";
import { secondsNotHeard } from "../../live/transcript-state";
import { WrapUpForm } from "./wrap-up-form";

interface WrapUpProps {
  callId: string;
  call: CallState;
  onDone: () => void;
}

/** What is left when the call is over: its summary, how it felt, what was agreed, and the way to the next. */
export function WrapUp({ callId, call, onDone }: WrapUpProps) {
  const { saved } = call;
  const summary = saved?.summary ?? call.summary?.text ?? null;
  const sentiment = call.sentiments.findLast(({ end }) => end === null);
  const notHeard = secondsNotHeard(call.lines);
  const used = call.suggestions.filter((suggestion) => suggestion.used).length;
  const all = offered(call.suggestions).length;
  const waiting = call.summary === null && !call.recordClosed;
  const overdue = useOverdue(waiting, 15);
  return (
    <section aria-label="Wrap-up" className="rounded-sheet bg-sheet px-6 pt-4 pb-5 shadow-lift">
      <div className="mb-4 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <h2 className="text-small font-semibold text-accent">Wrap-up</h2>
        <p className="text-small text-ink-faint tabular-nums">
          {duration(call.ended?.durationSeconds ?? 0)} · {used} of {all} suggestions used
          {notHeard > 0 && ` · ${Math.max(1, Math.round(notHeard))} s not heard`}
        </p>
      </div>
      {call.ended?.status === "abandoned" && (
        <p className="mb-4 text-caution">Nobody was connected for two minutes, so the call was ended.</p>
      )}
      <WrapUpForm
        callId={callId}
        summary={summary}
        summaryWords={summaryWords()}
        summaryFailure={call.summary?.failure ?? null}
        sentiment={saved?.sentiment ?? sentiment?.label ?? null}
        disposition={saved?.disposition ?? null}
        followUps={saved?.follow_ups ?? []}
        edited={saved?.edited ?? []}
        completeWords={
          <span>
            Complete<span className="hidden two:inline">, ready for the next call</span>
          </span>
        }
        onCompleted={onDone}
        onLater={onDone}
      />
    </section>
  );

  function summaryWords(): string | null {
    if (summary !== null) return null;
    if (!waiting) return "No summary could be written for this call. Write it by hand.";
    if (overdue)
      return "The summary takes longer than usual. Write it by hand, or go on: it comes by itself.";
    return "The last words are being written down; the summary follows.";
  }
}
