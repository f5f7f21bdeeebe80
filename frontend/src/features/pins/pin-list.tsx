import { Button } from "../../components/button";
import { Icon } from "../../components/icon";
import type { Pin } from "../../live/call-state";
import { happeningKey } from "../../live/transcript-state";

interface PinListProps {
  pins: Pin[];
  /** Puts one away; null for one who only looks on. */
  onSeen: ((key: string) => void) | null;
}

/** Alerts and a supervisor's notes, above the advice until the agent puts them away; announced one by one. */
export function PinList({ pins, onSeen }: PinListProps) {
  return (
    <div role="alert" aria-atomic="false" className={pins.length > 0 ? "mb-3 space-y-2" : ""}>
      {pins.map((pin) => (
        <PinCard key={happeningKey(pin)} pin={pin} onSeen={onSeen && (() => onSeen(happeningKey(pin)))} />
      ))}
    </div>
  );
}

function PinCard({ pin, onSeen }: { pin: Pin; onSeen: (() => void) | null }) {
  const alert = pin.type === "alert";
  return (
    <div
      className={`flex items-start gap-3 rounded-sheet px-4 py-3 ${alert ? "bg-alert-wash text-alert" : "border border-line bg-panel"}`}
    >
      <Icon name={alert ? "warning" : "note"} className="mt-0.5 size-5" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold break-words">{alert ? pin.message : pin.text}</p>
        {/* On a phone the advice must stay in sight below: what raised an alert stands in the transcript. */}
        <p className={`text-small break-words ${alert ? "max-two:hidden" : "text-ink-soft"}`}>
          {alert ? `“${pin.trigger}”` : `Note from ${pin.from}`}
        </p>
      </div>
      {onSeen !== null && (
        <Button look="quiet" className={alert ? "text-alert" : ""} onClick={onSeen}>
          Got it
        </Button>
      )}
    </div>
  );
}
