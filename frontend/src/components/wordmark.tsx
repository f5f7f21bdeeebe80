/** The product's name with its sign: an ear. Compact, a phone shows the sign alone. */
export function Wordmark({ compact = false }: { compact?: boolean }) {
  return (
    <span className="flex items-center gap-2 font-semibold">
      <svg
        viewBox="0 0 24 24"
        className="size-6 text-accent"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.4"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d="M6 14.5V11a6 6 0 0 1 12 0c0 3.2-2.6 3.9-3.4 5.8-.6 1.6-1.1 4.2-3.4 4.2-1.5 0-2.6-1-3-2.4" />
        <path d="M9.6 11.6a2.5 2.5 0 0 1 4.8-.9" />
      </svg>
      <span className={compact ? "sr-only two:not-sr-only" : ""}>Earpiece</span>
    </span>
  );
}
