import { useMemo, useState } from "react";

import type { SuggestionMark } from "../../api/suggestions";
import { Button } from "../../components/button";
import type { Suggestion } from "../../live/call-state";
import { toDeck, withoutMarks, type Deck } from "../../live/suggestion-state";
import { AnswerCard } from "./answer-card";
import { EarlierSuggestions } from "./earlier-suggestions";
import { lookupWords } from "./lookup-line";
import { SaySheet } from "./say-sheet";
import { useHold } from "./use-hold";

interface SuggestionDeckProps {
  suggestions: Suggestion[];
  /** Null for one who only looks on. */
  onMark: ((id: string, mark: SuggestionMark) => void) | null;
  onShowTrigger: (suggestion: Suggestion) => void;
  /** Asks for advice that came to nothing once more. */
  onRetry: (suggestion: Suggestion) => void;
}

/** The words to say next, what is being worked on, and what was offered before. */
export function SuggestionDeck({ suggestions, onMark, onShowTrigger, onRetry }: SuggestionDeckProps) {
  const [held, hold] = useHold();
  const [shownId, setShownId] = useState<string | null>(null);
  const deck = useMemo(() => toDeck(suggestions), [suggestions]);
  const { failed } = deck;
  // Nothing is exchanged under a pointer that is about to press something.
  const shown = suggestions.find(({ id, dismissed }) => id === shownId && !dismissed);
  if (deck.current !== null && deck.current.id !== shownId && !(held && shown !== undefined))
    setShownId(deck.current.id);
  const current = deck.current === null ? null : (shown ?? deck.current);
  const earlier = deck.earlier.filter(({ id }) => id !== current?.id);
  return (
    <div className="space-y-2 two:space-y-4">
      <div className="flex flex-wrap items-center gap-x-3 text-small text-ink-faint two:min-h-6">
        <p>{deskWords(deck)}</p>
        {failed !== null && onMark !== null && <Button onClick={() => onRetry(failed)}>Try again</Button>}
      </div>
      {current === null && (
        <p className="rounded-sheet border border-dashed border-line-strong px-6 py-5 text-lead text-ink-faint">
          Listening. The words to say next appear here as soon as the customer needs something.
        </p>
      )}
      {current !== null && (
        <SaySheet
          key={current.id}
          suggestion={current}
          onMark={onMark}
          onShowTrigger={onShowTrigger}
          onTouch={hold}
        />
      )}
      <p role="status" className="sr-only">
        {current?.status === "complete" ? `Say next: ${withoutMarks(current.message)}` : ""}
      </p>
      {deck.answer !== null && (
        <AnswerCard key={deck.answer.id} suggestion={deck.answer} onMark={onMark} onRetry={onRetry} />
      )}
      <EarlierSuggestions suggestions={earlier} title="Earlier" onShowTrigger={onShowTrigger} />
    </div>
  );
}

/** One quiet line on what the assistant is at. */
function deskWords({ current, coming, failed }: Deck): string {
  if (coming !== null) {
    const lookup = coming.lookups.at(-1);
    return lookup === undefined ? `Working on “${coming.trigger}”` : `${lookupWords(lookup)}. Writing…`;
  }
  if (failed !== null) return `Nothing for “${failed.trigger}”: ${failed.failure ?? ""}`;
  return current?.status === "streaming" ? "Writing…" : "";
}
