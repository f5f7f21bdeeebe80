import type { ConnectionTone } from "./connection-words";

const tones: Record<ConnectionTone, string> = {
  good: "bg-accent",
  waiting: "border-2 border-accent",
  gone: "border-2 border-alert",
  over: "bg-line-strong",
};

/** The connection in words, a dot beside them; filled when sound gets through. */
export function ConnectionMark({ words, tone }: { words: string; tone: ConnectionTone }) {
  return (
    <span
      className={`flex items-center gap-2 text-small ${tone === "gone" ? "font-semibold text-alert" : "text-ink-soft"}`}
    >
      <span className={`size-2.5 rounded-full ${tones[tone]}`} />
      {words}
    </span>
  );
}
