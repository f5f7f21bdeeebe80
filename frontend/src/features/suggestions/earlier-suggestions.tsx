import { SectionHeading } from "../../components/section-heading";
import { Icon } from "../../components/icon";
import type { Suggestion } from "../../live/call-state";
import { sayAloud, withoutMarks } from "../../live/suggestion-state";
import { TriggerQuote } from "./trigger-quote";

interface EarlierSuggestionsProps {
  suggestions: Suggestion[];
  title: string;
  onShowTrigger: (suggestion: Suggestion) => void;
  most?: number;
}

/** Of an hour's call the latest; all of them are in the call's own page. */
const shown = 20;

/** What was offered before, newest first, a line each; opened, the whole. */
export function EarlierSuggestions({
  suggestions,
  title,
  onShowTrigger,
  most = shown,
}: EarlierSuggestionsProps) {
  if (suggestions.length === 0) return null;
  return (
    <section aria-label={title}>
      <SectionHeading count={suggestions.length}>{title}</SectionHeading>
      <ul className="mt-1">
        {suggestions.slice(0, most).map((suggestion) => (
          <li key={suggestion.id} className="border-b border-line last:border-b-0">
            <Earlier suggestion={suggestion} onShowTrigger={onShowTrigger} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Earlier({
  suggestion,
  onShowTrigger,
}: {
  suggestion: Suggestion;
  onShowTrigger: (s: Suggestion) => void;
}) {
  const [say, rest] = sayAloud(withoutMarks(suggestion.message));
  const outcome = outcomeWords(suggestion);
  return (
    <details className="group py-2">
      <summary className="flex items-baseline gap-2 rounded-control text-ink-soft hover:text-ink">
        <Icon name="chevron" className="size-3.5 translate-y-0.5 transition-transform group-open:rotate-90" />
        <span className="min-w-0 flex-1 break-words">{say}</span>
        {outcome !== null && <span className="text-small text-ink-faint">{outcome}</span>}
      </summary>
      <div className="mt-1 ml-5.5 space-y-1">
        {rest !== "" && <p className="break-words whitespace-pre-line text-ink-soft">{rest}</p>}
        <TriggerQuote suggestion={suggestion} onShow={() => onShowTrigger(suggestion)} />
      </div>
    </details>
  );
}

function outcomeWords({ used, dismissed, rating, status }: Suggestion): string | null {
  const rated = rating === 1 ? ", good" : rating === -1 ? ", bad" : "";
  if (used) return `Used${rated}`;
  if (dismissed) return `Dismissed${rated}`;
  if (rating !== null) return rating === 1 ? "Good" : "Bad";
  if (status === "superseded") return "Overtaken";
  return status === "failed" ? "Stopped" : null;
}
