import { useState } from "react";
import { Link } from "wouter";

import { sendNote } from "../api/calls";
import { LineForm } from "../components/line-form";
import { LoadFailure } from "../components/load-failure";
import { Mood } from "../components/mood";
import { PinList } from "../features/pins/pin-list";
import { SuggestionDeck } from "../features/suggestions/suggestion-deck";
import { LiveCallList } from "../features/supervisor/live-call-list";
import { TranscriptPane } from "../features/transcript/transcript-pane";
import type { CallGoingOn, PersonState } from "../live/person-stream";
import { useRecord } from "../live/use-record";

interface SupervisorPageProps {
  person: PersonState;
  followed: string | undefined;
}

/** All calls that go on, and one of them followed word by word. */
export function SupervisorPage({ person, followed }: SupervisorPageProps) {
  const [tries, setTries] = useState(0);
  const Heading = followed === undefined ? "h1" : "h2";
  const call = person.live?.find(({ call_id }) => call_id === followed);
  return (
    <main className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] two:grid-cols-[20rem_minmax(0,1fr)]">
      <title>Live calls – Earpiece</title>
      <section
        aria-labelledby="live"
        className={`min-h-0 flex-col border-line bg-panel two:flex two:border-r ${followed === undefined ? "flex" : "hidden"}`}
      >
        <Heading id="live" className="px-5 pt-4 pb-2 text-lead font-semibold">
          Live calls
        </Heading>
        {!person.connected && (
          <p role="alert" className="px-5 pb-2 text-small text-caution">
            Not connected to the server; what is shown may be old.
          </p>
        )}
        {person.live?.length === 0 && <p className="px-5 text-ink-soft">Nobody is in a call right now.</p>}
        {person.live !== null && person.live.length > 0 && (
          <LiveCallList calls={person.live} followed={followed} />
        )}
      </section>
      {followed === undefined ? (
        <p className="hidden place-self-center text-ink-faint two:block">Choose a call to follow it.</p>
      ) : (
        <FollowedCall
          key={`${followed} ${tries}`}
          callId={followed}
          call={call}
          onAgain={() => setTries(tries + 1)}
        />
      )}
    </main>
  );
}

interface FollowedCallProps {
  callId: string;
  call: CallGoingOn | undefined;
  onAgain: () => void;
}

function FollowedCall({ callId, call, onAgain }: FollowedCallProps) {
  const state = useRecord(callId);
  const over = state.ended !== null;
  const refused = state.recordClosed && !over;
  const empty = refused && state.lines.length === 0;
  const agent = call?.agent_name ?? "Agent";
  const name = state.customer?.name ?? call?.customer?.name ?? "Unknown caller";
  return (
    <section aria-labelledby="followed" className="flex min-h-0 flex-col">
      <header className="flex flex-wrap items-center gap-x-4 border-b border-line px-5 py-3">
        <Link href="/live" className="text-accent underline underline-offset-2 two:hidden">
          All calls
        </Link>
        <h1 id="followed" className="text-lead font-semibold">
          {name}
        </h1>
        <p className="text-small text-ink-soft">
          with {agent}
          {over && " · ended"}
        </p>
        <Mood sentiments={state.sentiments} />
        {over && (
          <Link href={`/calls/${callId}`} className="text-small text-accent underline underline-offset-2">
            The call's page
          </Link>
        )}
        {state.connection.kind === "reconnecting" && (
          <p role="alert" className="text-small text-alert">
            Reconnecting ({state.connection.attempt})
          </p>
        )}
      </header>
      {refused && (
        <div className="border-b border-line bg-alert-wash px-5 py-2">
          <LoadFailure
            message="This call cannot be followed: it is not there, or the server does not let you."
            onRetry={onAgain}
          />
        </div>
      )}
      {!empty && (
        <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] grid-rows-[minmax(0,1fr)_minmax(0,1fr)] three:grid-cols-2 three:grid-rows-1">
          <div className="flex min-h-0 flex-col bg-panel pt-3 three:border-r three:border-line">
            <TranscriptPane
              lines={state.lines}
              interim={state.interim}
              marked={null}
              sought={null}
              running={!over && !refused}
              names={{ agent, customer: state.customer?.name ?? "Customer" }}
            />
          </div>
          <div className="flex min-h-0 flex-col">
            <div
              tabIndex={0}
              role="group"
              aria-label="Advice, scrolling"
              className="min-h-0 flex-1 overflow-y-auto p-5"
            >
              <PinList pins={state.pins} onSeen={null} />
              <SuggestionDeck
                suggestions={state.suggestions}
                onMark={null}
                onShowTrigger={() => undefined}
                onRetry={() => undefined}
              />
            </div>
            {!over && !refused && (
              <div className="px-5 pt-1 pb-4">
                <LineForm
                  label={`Send ${agent} a note`}
                  placeholder={`A note for ${agent}`}
                  action="Send"
                  icon="note"
                  onSend={(text) => sendNote(callId, text)}
                />
              </div>
            )}
          </div>
        </div>
      )}
    </section>
  );
}
