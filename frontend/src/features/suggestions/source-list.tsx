import { Icon } from "../../components/icon";
import type { Citation } from "../../live/protocol";

interface SourceListProps {
  citations: Citation[];
  /** The refs whose quote is open. */
  open: ReadonlySet<number>;
  onToggle: (ref: number, open: boolean) => void;
  sourceId: (ref: number) => string;
}

/** What a suggestion rests on: named at once, quoted when opened, and a link to the whole policy. */
export function SourceList({ citations, open, onToggle, sourceId }: SourceListProps) {
  return (
    <ul className="space-y-1">
      {citations.map(({ ref, title, section, quote, url }) => (
        <li key={ref} id={sourceId(ref)}>
          <details
            open={open.has(ref)}
            onToggle={({ currentTarget }) => onToggle(ref, currentTarget.open)}
            className="group"
          >
            <summary className="inline-flex items-center gap-1.5 rounded-control py-0.5 text-small text-ink-soft hover:text-ink">
              <Icon name="chevron" className="size-3.5 transition-transform group-open:rotate-90" />
              <span className="font-semibold text-accent tabular-nums">[{ref}]</span>
              {title} · {section}
            </summary>
            <blockquote className="mt-1 mb-2 ml-5 border-l-2 border-line pl-3 text-ink-soft">
              <p>{quote}</p>
              {isOurs(url) && (
                <a
                  href={url}
                  target="_blank"
                  rel="noopener"
                  className="text-small text-accent underline underline-offset-2"
                >
                  Read the whole policy
                </a>
              )}
            </blockquote>
          </details>
        </li>
      ))}
    </ul>
  );
}

/** Only addresses on this server are followed: a model may have had a hand in the others. */
function isOurs(url: string): boolean {
  // As the browser reads it: "/\x" and a tab between two slashes lead elsewhere too.
  const { origin } = window.location;
  return url.startsWith("/") && URL.canParse(url, origin) && new URL(url, origin).origin === origin;
}
