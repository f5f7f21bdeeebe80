const paths = {
  agent:
    "M4 13v-2a8 8 0 0 1 16 0v2M4 13h3v6H5a1 1 0 0 1-1-1zM20 13h-3v6h2a1 1 0 0 0 1-1zM19 19c0 1.5-2 2.5-5 2.5",
  customer: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-3.8 3.6-5.8 7.5-5.8s6.9 2 7.5 5.8",
  mic: "M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3.5",
  micOff:
    "M3.5 3.5l17 17M8.5 8.5v3a3.5 3.5 0 0 0 5.2 3M15.5 11V6.5a3.5 3.5 0 0 0-6.7-1.4M5.5 11.5a6.5 6.5 0 0 0 10.2 5.3M18.3 13.2c.1-.5.2-1.1.2-1.7M12 18v3.5",
  hangUp:
    "M3 14.5c0-1.4.7-2.6 2.5-3.5 3.7-1.9 9.3-1.9 13 0 1.8.9 2.5 2.1 2.5 3.5v1.3c0 .7-.6 1.2-1.3 1l-3-.7c-.5-.1-.8-.5-.9-1l-.3-2.2c-2.2-.7-4.8-.7-7 0l-.3 2.2c-.1.5-.4.9-.9 1l-3 .7c-.7.2-1.3-.3-1.3-1z",
  sound: "M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  soundOff: "M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5l5 5",
  copy: "M9 9h10.5v11.5H9zM5 15V3.5h10.5",
  check: "M4.5 12.5l5 5 10-11",
  close: "M6 6l12 12M18 6L6 18",
  chevron: "M9 5.5l6.5 6.5L9 18.5",
  down: "M12 4.5v15M5.5 13l6.5 6.5 6.5-6.5",
  warning: "M12 3.5L2.5 20h19zM12 10v4.5M12 17v.5",
  play: "M7 4.5v15l12.5-7.5z",
  pause: "M8 5v14M16 5v14",
  record: "M12 18a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM12 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  thumbUp:
    "M7.5 21V10.5l4-7.5c1.6 0 2.6 1.2 2.3 2.8l-.7 3.7h5.4c1.3 0 2.2 1.2 1.9 2.4l-1.6 7c-.2 1.2-1.2 2.1-2.4 2.1zM3.5 10.5H7.5V21H3.5z",
  thumbDown:
    "M16.5 3v10.5l-4 7.5c-1.6 0-2.6-1.2-2.3-2.8l.7-3.7H5.5c-1.3 0-2.2-1.2-1.9-2.4l1.6-7C5.4 3.9 6.4 3 7.6 3zM20.5 13.5h-4V3h4z",
  note: "M5 3.5h14v11l-5.5 6H5zM19 14.5h-5.5v6",
  ask: "M4 4.5h16v12h-9l-4.5 4v-4H4z",
  call: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1.5 1.5 0 0 1-1.5 1.5C11 20.5 3.5 13 3.5 5.5A1.5 1.5 0 0 1 5 4z",
  keyboard: "M3 6.5h18v11H3zM6.5 10h.01M10 10h.01M13.5 10h.01M17 10h.01M8 14h8",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
  theme: "M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17",
} as const;

export type IconName = keyof typeof paths;

/** A drawn sign that says nothing by itself: the words stand beside it or name its button. */
export function Icon({ name, className = "size-4" }: { name: IconName; className?: string }) {
  return (
    <svg
      className={`shrink-0 ${className}`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
