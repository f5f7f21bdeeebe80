import type { Suggestion } from "../../live/call-state";

interface TriggerQuoteProps {
  suggestion: Pick<Suggestion, "trigger" | "window">;
  onShow: () => void;
}

/** The words that caused a suggestion, as a way to their place in the transcript; a question has none. */
export function TriggerQuote({ suggestion: { trigger, window }, onShow }: TriggerQuoteProps) {
  if (window === null) return <p className="text-small break-words text-ink-soft">Asked: “{trigger}”</p>;
  return (
    <button
      type="button"
      onClick={onShow}
      title="Show in the transcript"
      className="max-w-full min-w-0 truncate rounded-control text-left text-small text-ink-soft underline-offset-2 hover:text-ink hover:underline"
    >
      <span className="sr-only">Because of: </span>“{trigger}”
    </button>
  );
}
