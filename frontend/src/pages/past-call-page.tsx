import { useCallback, useMemo, useRef, useState } from "react";
import { Link, useSearch } from "wouter";

import { loadCall, type CallDetail } from "../api/call-detail";
import { day, duration, hour, word } from "../components/format";
import { LoadFailure } from "../components/load-failure";
import { Mood } from "../components/mood";
import { useLoaded } from "../components/use-loaded";
import { Recording } from "../features/past-call/recording";
import { EarlierSuggestions } from "../features/suggestions/earlier-suggestions";
import { PastTranscript } from "../features/transcript/past-transcript";
import { WrapUpForm } from "../features/wrap-up/wrap-up-form";
import { pastCall } from "../live/past-call";

/** One call that was: its words with their sound, its outcome, and what became of each piece of advice. */
export function PastCallPage({ callId }: { callId: string }) {
  const load = useCallback((signal: AbortSignal) => loadCall(callId, signal), [callId]);
  const [loaded, again] = useLoaded(load);
  return (
    <main className="min-h-0 flex-1 overflow-y-auto">
      <title>Call – Earpiece</title>
      <div className="mx-auto max-w-6xl px-5 py-6">
        <Link href="/calls" className="text-small text-accent underline underline-offset-2">
          All calls
        </Link>
        {loaded.state === "loading" && <p className="mt-6 text-ink-faint">Loading the call…</p>}
        {loaded.state === "failed" && (
          <div className="mt-6">
            <LoadFailure message={loaded.message} onRetry={again} />
          </div>
        )}
        {loaded.state === "ready" && <PastCall detail={loaded.value} onChanged={again} />}
      </div>
    </main>
  );
}

function PastCall({ detail, onChanged }: { detail: CallDetail; onChanged: () => void }) {
  const call = useMemo(() => pastCall(detail), [detail]);
  const names = useMemo(
    () => ({ agent: detail.agent_name ?? "Agent", customer: detail.customer?.name ?? "Customer" }),
    [detail],
  );
  const player = useRef<HTMLAudioElement>(null);
  const [second, setSecond] = useState<number | null>(null);
  const at = new URLSearchParams(useSearch()).get("at");

  const hear = useCallback((from: number) => {
    if (player.current === null) return;
    player.current.currentTime = from;
    void player.current.play();
  }, []);
  const showTrigger = (window: number | null, speaker: string) => {
    const said = detail.transcripts.find((one) => one.window === window && one.speaker === speaker);
    document.getElementById(`at-${said?.start}`)?.scrollIntoView({ block: "center" });
  };
  return (
    <>
      <header className="mt-2 mb-4">
        <h1 className="text-say font-semibold">{detail.customer?.name ?? "Unknown caller"}</h1>
        <p className="text-small text-ink-soft tabular-nums">
          {[
            `with ${detail.agent_name ?? "nobody"}`,
            `${day(detail.start_time)}, ${hour(Date.parse(detail.start_time))}`,
            detail.duration_seconds !== null && duration(detail.duration_seconds),
            word(detail.status),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <Mood sentiments={call.sentiments} />
      </header>
      <Recording url={detail.recording_url} player={player} onTime={setSecond} />
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-8 two:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)] two:grid-rows-[auto_1fr]">
        <section
          aria-labelledby="outcome"
          className="two:col-start-2 rounded-sheet bg-sheet px-6 pt-4 pb-5 shadow-lift"
        >
          <h2 id="outcome" className="mb-3 text-small font-semibold text-accent">
            Wrap-up
          </h2>
          {detail.completed_at && (
            <p className="mb-3 text-small text-ink-faint">
              Completed by {detail.completed_by} on {day(detail.completed_at)}
            </p>
          )}
          <WrapUpForm
            callId={detail.call_id}
            summary={detail.summary}
            summaryWords={detail.summary === null ? "There is no summary. Write it by hand." : null}
            summaryFailure={detail.summary === null ? detail.summary_failure : null}
            sentiment={detail.sentiment}
            disposition={detail.disposition}
            followUps={detail.follow_ups}
            edited={detail.edited}
            completeWords={detail.completed_at ? "Save" : "Complete"}
            onCompleted={onChanged}
            onLater={null}
          />
        </section>
        <section aria-labelledby="said" className="two:col-start-1 two:row-span-2 two:row-start-1">
          <h2 id="said" className="mb-1 text-small font-semibold text-ink-faint">
            What was said
          </h2>
          <PastTranscript
            lines={call.lines}
            names={names}
            second={second}
            opened={at === null ? null : Number(at)}
            onHear={hear}
          />
        </section>
        <EarlierSuggestions
          title="Suggestions in this call"
          suggestions={call.suggestions.filter(({ message }) => message !== "")}
          most={Infinity}
          onShowTrigger={({ window, speaker }) => showTrigger(window, speaker)}
        />
      </div>
    </>
  );
}
