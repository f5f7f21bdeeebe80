import { useState } from "react";

import type { SuggestionMark } from "../../api/suggestions";
import { DelayLine } from "../../components/delay-line";
import { word } from "../../components/format";
import { Icon } from "../../components/icon";
import { usePreference } from "../../components/preferences";
import type { Suggestion } from "../../live/call-state";
import { sayAloud } from "../../live/suggestion-state";
import { CitedText } from "./cited-text";
import { LookupLine } from "./lookup-line";
import { SourceList } from "./source-list";
import { SuggestionActions } from "./suggestion-actions";
import { TriggerQuote } from "./trigger-quote";

interface SaySheetProps {
  suggestion: Suggestion;
  onMark: ((id: string, mark: SuggestionMark) => void) | null;
  onShowTrigger: (suggestion: Suggestion) => void;
  /** The agent is about to press something on the sheet. */
  onTouch: () => void;
}

/** The one bright sheet on the desk: the sentence to say next, large; what stands behind it, below. */
export function SaySheet({ suggestion, onMark, onShowTrigger, onTouch }: SaySheetProps) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const [delays] = usePreference("delays");
  const { status, type, message, citations, lookups, delay } = suggestion;
  const [say, rest] = sayAloud(message);
  const streaming = status === "streaming";
  const alert = type === "alert";

  const sourceId = (ref: number) => `source-${suggestion.id}-${ref}`;
  const toggle = (ref: number, isOpen: boolean) => {
    setOpen((before) => new Set(isOpen ? [...before, ref] : [...before].filter((one) => one !== ref)));
  };
  const cite = (ref: number) => {
    toggle(ref, true);
    requestAnimationFrame(() => document.getElementById(sourceId(ref))?.scrollIntoView({ block: "nearest" }));
  };
  const cited = (text: string) => (
    <CitedText text={text} citations={citations} sourceId={sourceId} onCite={cite} />
  );

  return (
    <article
      aria-busy={streaming}
      aria-label="Say next"
      className="rounded-sheet bg-sheet px-6 pt-4 pb-5 shadow-lift"
    >
      <header className="flex items-center gap-3">
        <h2
          className={`flex items-center gap-1.5 text-small font-semibold whitespace-nowrap ${alert ? "text-alert" : "text-accent"}`}
        >
          {alert && <Icon name="warning" />}
          {type === null ? "Say next" : `Say next · ${word(type)}`}
        </h2>
        <TriggerQuote suggestion={suggestion} onShow={() => onShowTrigger(suggestion)} />
      </header>
      <p className="mt-3 text-say font-semibold text-balance break-words text-ink">
        {cited(say)}
        {streaming && rest === "" && <Caret />}
      </p>
      {rest !== "" && (
        <p className="mt-2 max-w-prose break-words whitespace-pre-line text-ink-soft">
          {cited(rest)}
          {streaming && <Caret />}
        </p>
      )}
      {status === "superseded" && <Note>The customer went on speaking; this was stopped.</Note>}
      {status === "failed" && <Note>The assistant stopped in the middle. Check before you say it.</Note>}
      <div className="mt-3 space-y-1">
        {lookups.map((lookup) => (
          <LookupLine key={JSON.stringify([lookup.tool, lookup.arguments])} lookup={lookup} />
        ))}
        {citations.length > 0 && (
          <SourceList citations={citations} open={open} onToggle={toggle} sourceId={sourceId} />
        )}
      </div>
      {delays && delay !== null && <DelayLine delay={delay} />}
      {onMark !== null && (
        <footer className="mt-4 border-t border-line pt-3" onPointerMove={onTouch} onFocus={onTouch}>
          <SuggestionActions suggestion={suggestion} onMark={onMark} />
        </footer>
      )}
    </article>
  );
}

/** Where the next word will stand. */
function Caret() {
  return (
    <span aria-hidden="true" className="ml-1 inline-block h-[1em] w-0.5 translate-y-[0.15em] bg-accent" />
  );
}

function Note({ children }: { children: string }) {
  return <p className="mt-2 text-small text-caution">{children}</p>;
}
