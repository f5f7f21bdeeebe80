import { useState } from "react";

import type { SuggestionMark } from "../../api/suggestions";
import { Button } from "../../components/button";
import { useOverdue } from "../../components/use-overdue";
import type { Suggestion } from "../../live/call-state";
import { CitedText } from "./cited-text";
import { LookupLine } from "./lookup-line";
import { SourceList } from "./source-list";
import { SuggestionActions } from "./suggestion-actions";

interface AnswerCardProps {
  suggestion: Suggestion;
  onMark: ((id: string, mark: SuggestionMark) => void) | null;
  onRetry: (suggestion: Suggestion) => void;
}

/** The answer to a question that a person asked. It stays until it is put away or the next is asked. */
export function AnswerCard({ suggestion, onMark, onRetry }: AnswerCardProps) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const { id, message, failure, status, citations, lookups, trigger, askedBy } = suggestion;
  const waiting = status === "streaming" && message === "";
  const overdue = useOverdue(waiting, 15);
  const sourceId = (ref: number) => `answer-${id}-${ref}`;
  const toggle = (ref: number, isOpen: boolean) =>
    setOpen((before) => new Set(isOpen ? [...before, ref] : [...before].filter((one) => one !== ref)));
  return (
    <article
      aria-busy={status === "streaming"}
      aria-label="Answer"
      className="rounded-sheet border border-line bg-panel px-6 pt-3 pb-4"
    >
      <h2 className="text-small break-words text-ink-soft">
        <span className="font-semibold text-accent">{onMark === null ? askedBy : "You"} asked</span> “
        {trigger}”
      </h2>
      <p className="mt-1 max-w-prose text-lead break-words whitespace-pre-line">
        {waiting && (
          <span className="text-ink-faint">
            {overdue ? "The answer takes longer than usual. It will appear here." : "Looking it up…"}
          </span>
        )}
        {failure !== null && <span className="text-caution">{failure}</span>}
        <CitedText
          text={message}
          citations={citations}
          sourceId={sourceId}
          onCite={(ref) => toggle(ref, true)}
        />
      </p>
      {status === "failed" && message !== "" && (
        <p className="mt-1 text-small text-caution">The assistant stopped in the middle.</p>
      )}
      <div className="mt-2 space-y-1">
        {lookups.map((lookup) => (
          <LookupLine key={JSON.stringify([lookup.tool, lookup.arguments])} lookup={lookup} />
        ))}
        <SourceList citations={citations} open={open} onToggle={toggle} sourceId={sourceId} />
      </div>
      <p role="status" className="sr-only">
        {status === "complete" ? "The answer is complete." : ""}
      </p>
      {!waiting && onMark !== null && (
        <footer className="mt-3">
          {failure === null ? (
            <SuggestionActions suggestion={suggestion} onMark={onMark} />
          ) : (
            <Button onClick={() => onRetry(suggestion)}>Ask again</Button>
          )}
        </footer>
      )}
    </article>
  );
}
