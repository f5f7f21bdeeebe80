import { useEffect, useState } from "react";

import type { SuggestionMark } from "../../api/suggestions";
import { Button } from "../../components/button";
import type { Suggestion } from "../../live/call-state";
import { withoutMarks } from "../../live/suggestion-state";

interface SuggestionActionsProps {
  suggestion: Suggestion;
  onMark: (id: string, mark: SuggestionMark) => void;
}

/** What the agent did with it. It can be marked only once it is whole: before, no row is there to mark. */
export function SuggestionActions({ suggestion, onMark }: SuggestionActionsProps) {
  const { id, used, rating, status } = suggestion;
  const whole = status !== "streaming";
  return (
    <div className="flex flex-wrap items-center gap-2">
      <CopyButton text={withoutMarks(suggestion.message)} />
      <Button
        icon="check"
        disabled={!whole}
        data-key="u"
        aria-pressed={used}
        className={used ? "bg-accent-wash" : ""}
        onClick={() => onMark(id, { used: !used })}
      >
        {used ? "Used" : "I used it"}
      </Button>
      <Button
        look="quiet"
        icon="close"
        disabled={!whole}
        data-key="d"
        onClick={() => onMark(id, { dismissed: true })}
      >
        Dismiss
      </Button>
      <span className="ml-auto flex">
        {([1, -1] as const).map((value) => (
          <Button
            key={value}
            look="quiet"
            icon={value === 1 ? "thumbUp" : "thumbDown"}
            disabled={!whole}
            aria-pressed={rating === value}
            aria-label={value === 1 ? "Good advice" : "Bad advice"}
            data-key={value === 1 ? "+" : "-"}
            className={`px-2 ${rating === value ? "bg-accent-wash text-ink" : ""}`}
            onClick={() => onMark(id, { rating: rating === value ? null : value })}
          />
        ))}
      </span>
    </div>
  );
}

const saidMs = 2_000;

function CopyButton({ text }: { text: string }) {
  const [outcome, setOutcome] = useState<"Copied" | "Copying is blocked" | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), saidMs);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = () => {
    // Missing on pages that are neither https nor localhost, whatever the types say.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const written = clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    written.then(
      () => setOutcome("Copied"),
      () => setOutcome("Copying is blocked"),
    );
  };
  return (
    <Button icon="copy" data-key="c" onClick={copy}>
      <span aria-live="polite">{outcome ?? "Copy"}</span>
    </Button>
  );
}
