const tones = {
  calm: "text-ink-soft",
  caution: "bg-caution-wash px-1.5 text-caution",
  alert: "bg-alert-wash px-1.5 text-alert",
} as const;

export type Tone = keyof typeof tones;

/** A state in one word; only what needs care has a colour, and the word says it too. */
export function Tag({ tone = "calm", children }: { tone?: Tone; children: string }) {
  return (
    <span className={`inline-block rounded-control text-small whitespace-nowrap ${tones[tone]}`}>
      {children}
    </span>
  );
}
