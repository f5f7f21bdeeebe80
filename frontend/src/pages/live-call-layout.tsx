import type { ReactNode } from "react";

import { Button } from "../components/button";

interface LiveCallLayoutProps {
  transcript: ReactNode;
  desk: ReactNode;
  customer: ReactNode;
  /** Under the desk, always in sight; null when the call is over, and the desk may then be taller on a phone. */
  foot: ReactNode;
  /** Which side pane is open where there is no room for both. */
  side: Side;
  onSide: (side: Side) => void;
}

export type Side = "transcript" | "customer";

/**
 * Three panes side by side; with less room the two side panes share a place, and on a phone they stand under the
 * words to say, which stay on screen.
 */
export function LiveCallLayout({ transcript, desk, customer, foot, side, onSide }: LiveCallLayoutProps) {
  return (
    <main className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] grid-rows-[minmax(0,auto)_auto_minmax(0,1fr)] two:grid-cols-[1.25fr_1fr] two:grid-rows-[auto_minmax(0,1fr)] three:grid-cols-[minmax(20rem,1fr)_minmax(28rem,1.45fr)_21rem] three:grid-rows-1">
      <section
        aria-label="Suggestions"
        className={`flex min-h-0 min-w-0 flex-col two:col-start-1 two:row-span-2 two:row-start-1 two:max-h-none three:col-start-2 ${foot === null ? "max-h-[72dvh]" : "max-h-[56dvh]"}`}
      >
        <div
          tabIndex={0}
          role="group"
          aria-label="Advice, scrolling"
          className="min-h-0 flex-1 overflow-y-auto px-4 two:px-8"
        >
          <div className="mx-auto max-w-3xl py-3 two:py-5">{desk}</div>
        </div>
        {foot !== null && <div className="px-4 pt-1 pb-3 two:px-8 two:pb-4">{foot}</div>}
      </section>
      <nav
        aria-label="Side panes"
        className="flex gap-1 border-t border-line bg-panel px-4 py-1 two:border-t-0 two:border-l three:hidden"
      >
        <SideButton side="transcript" shown={side} onSide={onSide}>
          Transcript
        </SideButton>
        <SideButton side="customer" shown={side} onSide={onSide}>
          Customer
        </SideButton>
      </nav>
      <Pane
        name="Transcript"
        shown={side === "transcript"}
        className="three:col-start-1 three:row-start-1 two:border-l three:border-r three:border-l-0"
      >
        {transcript}
      </Pane>
      <Pane
        name="Customer"
        shown={side === "customer"}
        className="three:col-start-3 three:row-start-1 two:border-l"
      >
        {customer}
      </Pane>
    </main>
  );
}

interface PaneProps {
  name: string;
  shown: boolean;
  className: string;
  children: ReactNode;
}

function Pane({ name, shown, className, children }: PaneProps) {
  return (
    <section
      aria-label={name}
      className={`min-h-0 flex-col border-line bg-panel three:flex ${shown ? "flex" : "hidden"} ${className}`}
    >
      <h2 className="hidden px-5 pt-4 pb-1 text-small font-semibold text-ink-faint three:block">{name}</h2>
      {children}
    </section>
  );
}

function SideButton({
  side,
  shown,
  onSide,
  children,
}: {
  side: Side;
  shown: Side;
  onSide: (side: Side) => void;
  children: string;
}) {
  const active = side === shown;
  return (
    <Button
      look="quiet"
      aria-pressed={active}
      className={active ? "bg-accent-wash font-semibold text-ink" : ""}
      onClick={() => onSide(side)}
    >
      {children}
    </Button>
  );
}
