import { Button } from "../../components/button";
import { LevelMeter } from "../../components/level-meter";
import { Timer } from "../../components/timer";
import type { CustomerState } from "../../live/customer-state";
import type { LevelStore } from "../../live/level-store";
import { ringback } from "../../live/ring-tone";
import { useRingTone } from "../../live/use-ring-tone";

interface CallInProgressProps {
  call: CustomerState;
  level: LevelStore;
  onMute: (muted: boolean) => void;
  onHangUp: () => void;
}

/** A call that rings or goes on, and what the customer can do about it. */
export function CallInProgress({ call, level, onMute, onHangUp }: CallInProgressProps) {
  const talking = call.phase === "talking";
  useRingTone(ringback, call.phase === "ringing");
  return (
    <section aria-label="Your call" className="space-y-6">
      <div>
        <p className="text-lead font-semibold">{heading(call)}</p>
        <p className="flex items-center gap-3 text-ink-soft">
          <Timer
            label={call.phase === "ringing" ? "Ringing for" : "Length of the call"}
            small
            startedAt={call.since}
            seconds={null}
          />
          {talking && <LevelMeter level={level} />}
        </p>
        <p role="status" className="mt-2 text-ink-soft">
          {standing(call)}
        </p>
      </div>
      <div className="flex gap-3">
        {talking && (
          <Button
            icon={call.muted ? "micOff" : "mic"}
            large
            className={call.muted ? "bg-caution-wash text-caution" : ""}
            onClick={() => onMute(!call.muted)}
          >
            {call.muted ? "Unmute" : "Mute"}
          </Button>
        )}
        {call.phase !== "returning" && (
          <Button look="danger" icon="hangUp" large onClick={onHangUp}>
            Hang up
          </Button>
        )}
      </div>
    </section>
  );
}

function heading({ phase, agentName }: CustomerState): string {
  if (phase === "returning") return "Welcome back";
  return phase === "ringing" ? "Ringing" : (agentName ?? "An agent");
}

/** How the call stands, in the customer's words. */
function standing(call: CustomerState): string {
  const { connection, voice } = call;
  if (connection.kind === "reconnecting" || connection.kind === "offline")
    return "Your connection is gone. Stay on the line: we are trying to reach you again.";
  if (call.phase === "returning")
    return "Bringing you back into your call. Allow the microphone if the browser asks.";
  if (call.phase === "ringing") return "Somebody will be with you in a moment.";
  if (call.onHold) return "You are on hold. Nobody hears you until the agent is back.";
  if (call.muted) return "You are muted.";
  if (call.microphone === "silent") return "We cannot hear you. Is your microphone muted?";
  if (call.microphone === "clipping") return "Your microphone is too loud. Move it away a little.";
  if (call.microphone === "unplugged") return "Your microphone was disconnected.";
  if (voice === "connected") return "You are through.";
  return voice === "broken" ? "The line was cut. Trying again…" : "Connecting you…";
}
