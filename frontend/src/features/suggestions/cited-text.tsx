import type { Citation } from "../../live/protocol";

interface CitedTextProps {
  text: string;
  citations: Citation[];
  /** The id of the element that shows a source. */
  sourceId: (ref: number) => string;
  onCite: (ref: number) => void;
}

/** Plain text whose `[1]` marks lead to their source, once the sources are known. Never markup. */
export function CitedText({ text, citations, sourceId, onCite }: CitedTextProps) {
  // Splitting by one group gives text and numbers in turn.
  return text.split(/\s*\[(\d+)\]/).map((piece, index) => {
    if (index % 2 === 0) return piece;
    const citation = citations.find(({ ref }) => ref === Number(piece));
    return (
      <sup key={index} className="ml-0.5 text-[0.68em] font-semibold text-ink-faint">
        {citation === undefined ? (
          `[${piece}]`
        ) : (
          <a
            href={`#${sourceId(citation.ref)}`}
            onClick={(event) => {
              event.preventDefault();
              onCite(citation.ref);
            }}
            aria-label={`Source ${piece}: ${citation.title}, ${citation.section}`}
            className="text-accent underline-offset-2 hover:underline"
          >
            [{piece}]
          </a>
        )}
      </sup>
    );
  });
}
