import type { RingingCall } from "../../api/calls";
import { Button } from "../../components/button";
import { duration, word } from "../../components/format";
import { Icon } from "../../components/icon";
import { usePreference } from "../../components/preferences";
import { useNow } from "../../components/use-now";
import { deskTone } from "../../live/ring-tone";
import { useRingTone } from "../../live/use-ring-tone";

interface RingingListProps {
  calls: RingingCall[];
  /** They rang in vain a moment ago. */
  unanswered: RingingCall[];
  /** A call is being opened; there is one at a time. */
  busy: boolean;
  onAccept: (call: RingingCall) => void;
}

/** Who waits to be answered, and who waited in vain. It is announced and heard, and takes nobody's focus. */
export function RingingList({ calls, unanswered, busy, onAccept }: RingingListProps) {
  const [audible, setAudible] = usePreference("ring-tone");
  useRingTone(deskTone, audible && calls.length > 0 && !busy);
  return (
    <section
      aria-label="Ringing"
      role="status"
      className={calls.length + unanswered.length > 0 ? "border-b border-line" : ""}
    >
      <ul>
        {calls.map((call, index) => (
          <li
            key={call.call_id}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-accent-wash px-5 py-3 last:border-b-0"
          >
            <Icon name="call" className="size-6 text-accent" />
            <p className="min-w-0 flex-1 basis-52">
              <span className="text-lead font-semibold">{callerName(call)}</span>{" "}
              <span className="text-small text-ink-soft">
                {call.customer === null
                  ? "unknown to us"
                  : `${word(call.customer.tier)} · ${call.customer.account_number}`}
              </span>
            </p>
            <span className="ml-auto flex items-center gap-x-4">
              <RingingFor since={call.since} />
              {index === 0 && (
                <Button
                  look="quiet"
                  icon={audible ? "sound" : "soundOff"}
                  aria-label={audible ? "Ring silently from now on" : "Ring aloud from now on"}
                  className="px-2"
                  onClick={() => setAudible(!audible)}
                />
              )}
              <Button look="primary" icon="call" large disabled={busy} onClick={() => onAccept(call)}>
                {busy ? "Answering…" : "Answer"}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      {unanswered.map((call) => (
        <p key={call.call_id} className="bg-caution-wash px-5 py-2 text-caution">
          {callerName(call)} has called, and nobody answered in time.
        </p>
      ))}
    </section>
  );
}

function callerName({ customer, name }: RingingCall): string {
  return customer?.name ?? name ?? "Somebody";
}

function RingingFor({ since }: { since: string }) {
  const now = useNow();
  return (
    <span role="timer" aria-label="Ringing for" className="text-small text-ink-soft tabular-nums">
      {duration((now - Date.parse(since)) / 1_000)}
    </span>
  );
}
