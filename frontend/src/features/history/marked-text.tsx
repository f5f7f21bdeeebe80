/** Text with its marked ranges (of code points) shown as found. */
export function MarkedText({ text, marks }: { text: string; marks: [number, number][] }) {
  const characters = Array.from(text);
  const piece = (from: number, to?: number) => characters.slice(from, to).join("");
  return (
    <>
      {marks.map(([from, to], index) => (
        <span key={from}>
          {piece(marks[index - 1]?.[1] ?? 0, from)}
          <mark className="rounded-mark bg-accent-wash px-0.5 font-semibold text-ink">{piece(from, to)}</mark>
        </span>
      ))}
      {piece(marks.at(-1)?.[1] ?? 0)}
    </>
  );
}
