import { useState } from "react";

import { AskBox } from "../features/ask/ask-box";
import { CallBar } from "../features/call-bar/call-bar";
import { CustomerPane } from "../features/customer/customer-pane";
import { NoticeList } from "../features/notices/notice-list";
import { PinList } from "../features/pins/pin-list";
import { StartCall } from "../features/start-call/start-call";
import { EarlierSuggestions } from "../features/suggestions/earlier-suggestions";
import { SuggestionDeck } from "../features/suggestions/suggestion-deck";
import { TranscriptPane } from "../features/transcript/transcript-pane";
import { WrapUp } from "../features/wrap-up/wrap-up";
import type { Suggestion } from "../live/call-state";
import type { Speaker } from "../live/protocol";
import { offered, toDeck } from "../live/suggestion-state";
import type { UsedCall } from "../live/use-call";
import { LiveCallLayout, type Side } from "./live-call-layout";

/** The agent's desk: between calls, in one, and just after it. */
export function ConsolePage({ call }: { call: UsedCall }) {
  const { state, level, controls } = call;
  if (state.phase !== "open") {
    return (
      <>
        <title>Earpiece</title>
        <div className="min-h-0 flex-1 overflow-y-auto">
          <StartCall
            call={state}
            onSimulate={controls.simulate}
            onTalk={controls.talk}
            onGoOn={controls.goOn}
          />
        </div>
      </>
    );
  }
  return (
    <>
      <title>{`${state.customer?.name ?? state.source?.title ?? "Call"} – Earpiece`}</title>
      <CallBar
        call={state}
        level={level}
        onMute={controls.setMuted}
        onHold={controls.setHold}
        onHangUp={controls.hangUp}
      />
      <NoticeList call={state} onResume={controls.resume} onLeave={controls.leave} />
      <OpenCall call={call} />
    </>
  );
}

function OpenCall({ call: { state, controls } }: { call: UsedCall }) {
  const [side, setSide] = useState<Side>("transcript");
  const [sought, setSought] = useState<{
    speaker: Speaker;
    window: number;
    during: string | undefined;
  } | null>(null);
  const { current } = toDeck(state.suggestions);
  const over = state.ended !== null;
  // The turn that was asked for stays marked until the next words to say come with their own.
  const asked = sought?.during === current?.id ? sought : null;
  const marked = over ? asked : (asked ?? placeOf(current));

  const showTrigger = (suggestion: Suggestion) => {
    setSide("transcript");
    const place = placeOf(suggestion);
    if (place !== null) setSought({ ...place, during: current?.id });
  };
  const desk = over ? (
    <div className="space-y-6">
      <WrapUp callId={state.callId ?? ""} call={state} onDone={controls.leave} />
      <EarlierSuggestions
        title="Suggestions in this call"
        suggestions={offered(state.suggestions)}
        onShowTrigger={showTrigger}
      />
    </div>
  ) : (
    <>
      <PinList pins={state.pins} onSeen={controls.seen} />
      <SuggestionDeck
        suggestions={state.suggestions}
        onMark={controls.mark}
        onShowTrigger={showTrigger}
        onRetry={controls.retry}
      />
    </>
  );
  return (
    <LiveCallLayout
      side={side}
      onSide={setSide}
      desk={desk}
      foot={
        over ? null : (
          <div className="mx-auto max-w-3xl">
            <AskBox onAsk={controls.ask} />
          </div>
        )
      }
      transcript={
        <TranscriptPane
          lines={state.lines}
          interim={state.interim}
          marked={marked}
          sought={sought}
          running={!over}
          names={{ agent: "You", customer: state.customer?.name ?? "Customer" }}
        />
      }
      customer={
        <CustomerPane
          customer={state.customer}
          unknown={state.customerUnknown}
          accountNumber={state.source?.accountNumber ?? null}
          mentionedIn={over ? "" : (current?.message ?? "")}
        />
      }
    />
  );
}

/** Where the words stand that caused it; a question has no such place. */
function placeOf(suggestion: Suggestion | null): { speaker: Speaker; window: number } | null {
  if (suggestion?.window == null) return null;
  return { speaker: suggestion.speaker, window: suggestion.window };
}
