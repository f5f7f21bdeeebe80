import { Button } from "../../components/button";
import { word } from "../../components/format";
import { Icon } from "../../components/icon";
import type { CallSource, CallState, VoiceState } from "../../live/call-state";
import { mayMend } from "../../live/connection";
import type { LevelStore } from "../../live/level-store";
import { ConnectionMark } from "./connection-mark";
import { connectionWords } from "./connection-words";
import { LevelMeter } from "../../components/level-meter";
import { Mood } from "../../components/mood";
import { Timer } from "../../components/timer";

interface CallBarProps {
  call: CallState;
  level: LevelStore;
  onMute: (muted: boolean) => void;
  onHold: (on: boolean) => void;
  onHangUp: () => void;
}

/** Who is on the line, for how long, how the connection stands, and what the agent can do about it. */
export function CallBar({ call, level, onMute, onHold, onHangUp }: CallBarProps) {
  const { connection, customer, source } = call;
  const over = call.ended !== null || (connection.kind === "closed" && !mayMend(connection.code));
  const { words, tone } = connectionWords(connection, call);
  return (
    <section
      aria-label="Call"
      className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line bg-panel px-4 py-2 two:px-5"
    >
      <div className="min-w-0">
        <h1 className="flex items-baseline gap-2 text-lead font-semibold">
          <span className="truncate">{customer?.name ?? source?.title}</span>
          {customer !== null && (
            <span className="text-small font-normal text-ink-soft">{word(customer.tier)}</span>
          )}
          {source?.kind === "sample" && (
            <span className="text-small font-normal text-ink-faint">Simulated</span>
          )}
        </h1>
      </div>
      <div className="flex flex-wrap items-center gap-x-4 whitespace-nowrap">
        <Timer
          label="Length of the call"
          startedAt={call.startedAt}
          seconds={call.ended?.durationSeconds ?? null}
        />
        <ConnectionMark words={words} tone={tone} />
        {!over && call.voice !== null && <VoiceMark voice={call.voice} gone={call.customerGone} />}
        {!over && call.startedAt !== null && <RecordingMark />}
        {!over && <Mood sentiments={call.sentiments} />}
      </div>
      {!over && (
        <div className="ml-auto flex items-center gap-2">
          {call.heldSince !== null && (
            <span className="flex items-baseline gap-2 rounded-control bg-caution-wash px-3 py-1.5 text-small font-semibold text-caution">
              On hold <Timer label="Time on hold" small startedAt={call.heldSince} seconds={null} />
            </span>
          )}
          <LevelMeter level={level} />
          <MuteButton kind={source?.kind ?? "microphone"} muted={call.muted} onMute={onMute} />
          {source?.kind !== "sample" && (
            <HoldButton held={call.heldSince !== null} disabled={tone === "gone"} onHold={onHold} />
          )}
          <Button look="danger" icon="hangUp" onClick={onHangUp} disabled={call.hangingUp}>
            {call.hangingUp ? "Ending…" : "End call"}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Whether the two hear each other. */
function VoiceMark({ voice, gone }: { voice: VoiceState; gone: boolean }) {
  const words: Record<VoiceState, string> = {
    waiting: "Waiting for the customer's voice",
    connecting: "Connecting the voices",
    connected: "You hear each other",
    broken: "Voices cut off, trying again",
  };
  if (gone) return <span className="text-small font-semibold text-caution">The customer hung up</span>;
  const calm = voice === "connected";
  return (
    <span className={`text-small ${calm ? "text-ink-soft" : "font-semibold text-caution"}`}>
      {words[voice]}
    </span>
  );
}

function RecordingMark() {
  return (
    <span className="flex items-center gap-1.5 text-small text-ink-soft">
      <Icon name="record" className="size-3.5 text-alert" />
      Recording
    </span>
  );
}

interface MuteButtonProps {
  kind: CallSource["kind"];
  muted: boolean;
  onMute: (muted: boolean) => void;
}

/** Mutes the microphone, or the loudspeaker of a sample call. */
function MuteButton({ kind, muted, onMute }: MuteButtonProps) {
  const [on, off] = kind === "sample" ? (["sound", "soundOff"] as const) : (["mic", "micOff"] as const);
  return (
    <Button
      icon={muted ? off : on}
      data-key="m"
      className={muted ? "bg-caution-wash font-semibold text-caution" : ""}
      onClick={() => onMute(!muted)}
    >
      <span className="sr-only two:not-sr-only">{muted ? "Unmute" : "Mute"}</span>{" "}
      <span className="sr-only">{kind === "sample" ? "the loudspeaker" : "the microphone"}</span>
    </Button>
  );
}

interface HoldButtonProps {
  held: boolean;
  disabled: boolean;
  onHold: (on: boolean) => void;
}

function HoldButton({ held, disabled, onHold }: HoldButtonProps) {
  return (
    <Button
      icon={held ? "play" : "pause"}
      data-key="h"
      disabled={disabled}
      className={held ? "bg-caution-wash font-semibold text-caution" : ""}
      onClick={() => onHold(!held)}
    >
      <span className="sr-only two:not-sr-only">{held ? "Take back" : "Hold"}</span>{" "}
      <span className="sr-only">the customer</span>
    </Button>
  );
}
