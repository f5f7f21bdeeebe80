import { useId, useState, type ReactNode } from "react";

import { dispositions, type Disposition, type FollowUp } from "../../api/calls";
import type { SentimentLabel } from "../../api/customer-profile";
import { Button } from "../../components/button";
import { word } from "../../components/format";
import { FollowUps } from "./follow-ups";
import type { StoredWrapUp } from "./kept-draft";
import { Overtaken } from "./overtaken";
import { useGivenUpSummary } from "./use-given-up-summary";
import { useWrapUp, type Saving } from "./use-wrap-up";

export interface WrapUpFormProps {
  callId: string;
  /** What the assistant wrote or was saved before; null while there is none. */
  summary: string | null;
  /** In place of a summary: that it is being written, or that it must be written by hand. */
  summaryWords: string | null;
  /** Why the assistant gave the summary up; null when it did not. */
  summaryFailure: string | null;
  sentiment: SentimentLabel | null;
  disposition: Disposition | null;
  followUps: FollowUp[];
  /** Fields that a person wrote. */
  edited: string[];
  completeWords: ReactNode;
  onCompleted: () => void;
  /** Leaves it as it is, to be completed another time; null where nothing waits for it. */
  onLater: (() => void) | null;
}

const moods: SentimentLabel[] = ["positive", "neutral", "negative"];

/** What the agent leaves of a call. Each field is saved as it is left; what a person wrote stays as it is. */
export function WrapUpForm(props: WrapUpFormProps) {
  const givenUp = useGivenUpSummary(props.callId, props.summaryFailure);
  const stored: StoredWrapUp = {
    summary: props.summary ?? givenUp.call?.summary ?? null,
    sentiment: props.sentiment ?? givenUp.call?.sentiment ?? null,
    disposition: props.disposition,
    follow_ups: props.followUps,
  };
  const used = useWrapUp(props.callId, stored, props.edited);
  const { edits, saving, edit, save, saveRest } = used;
  // Not while a field is saved: the press that leaves the field would find the button disabled, and be lost.
  const [completing, setCompleting] = useState(false);
  const { summary, sentiment, disposition, follow_ups: followUps } = { ...stored, ...edits };
  const changed = edits.summary !== undefined && edits.summary !== stored.summary;

  const complete = async () => {
    setCompleting(true);
    if (await used.complete()) props.onCompleted();
    setCompleting(false);
  };
  return (
    // No submit button: Enter in a follow-up must not complete the whole.
    <form onSubmit={(event) => event.preventDefault()}>
      {/* A field that takes the focus is scrolled to above the actions. */}
      <div className="space-y-4 pb-4 **:scroll-mb-24">
        <Overtaken fields={used.overtaken} onDecide={used.decide} />
        <Labelled
          label="Summary"
          hint={changed ? "Yours: the assistant leaves it alone." : (givenUp.words ?? props.summaryWords)}
        >
          {(id, hint) => (
            <textarea
              id={id}
              aria-describedby={hint}
              rows={5}
              value={summary ?? ""}
              onChange={({ target }) => edit({ summary: target.value })}
              onBlur={saveRest}
              className="field-sizing-content min-h-28 w-full rounded-control border border-line-strong bg-sheet px-3 py-2"
            />
          )}
        </Labelled>
        {!changed && givenUp.askAgain !== null && <Button onClick={givenUp.askAgain}>Ask again</Button>}
        <div className="grid gap-4 two:grid-cols-2">
          <Labelled label="Outcome">
            {(id) => (
              <Select
                id={id}
                value={disposition ?? ""}
                values={dispositions}
                onChange={(value) => save({ disposition: value === "" ? null : value })}
              />
            )}
          </Labelled>
          <Labelled label="Customer's mood">
            {(id) => (
              <Select
                id={id}
                value={sentiment ?? ""}
                values={moods}
                onChange={(value) => value !== "" && save({ sentiment: value })}
              />
            )}
          </Labelled>
        </div>
        <FollowUps
          followUps={followUps}
          onEdit={(follow_ups) => edit({ follow_ups })}
          onLeave={saveRest}
          onSave={(follow_ups) => save({ follow_ups })}
        />
      </div>
      <div className="sticky bottom-0 flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line bg-sheet py-3">
        <Button look="primary" large disabled={completing} onClick={() => void complete()}>
          {props.completeWords}
        </Button>
        {props.onLater !== null && (
          <Button look="quiet" onClick={props.onLater}>
            Later
          </Button>
        )}
        <SavingWords saving={saving} />
      </div>
    </form>
  );
}

function SavingWords({ saving }: { saving: Saving }) {
  const failed = saving.state === "failed";
  return (
    <p
      role={failed ? "alert" : "status"}
      className={`text-small ${failed ? "basis-full text-alert" : "min-w-24 flex-1 text-ink-faint"}`}
    >
      {failed && saving.message}
      {saving.state === "saving" && "Saving…"}
      {saving.state === "saved" && "Saved"}
      {saving.state === "given back" && "As you left it; not saved yet."}
    </p>
  );
}

interface LabelledProps {
  label: string;
  hint?: string | null;
  children: (id: string, hint: string | undefined) => ReactNode;
}

function Labelled({ label, hint = null, children }: LabelledProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="text-small text-ink-soft">
        {label}
      </label>
      <div className="mt-1">{children(id, hint === null ? undefined : `${id}-hint`)}</div>
      {hint !== null && (
        <p id={`${id}-hint`} aria-live="polite" className="mt-1 text-small text-ink-faint">
          {hint}
        </p>
      )}
    </div>
  );
}

interface SelectProps<T extends string> {
  id: string;
  value: T | "";
  values: readonly T[];
  onChange: (value: T | "") => void;
}

function Select<T extends string>({ id, value, values, onChange }: SelectProps<T>) {
  return (
    <select
      id={id}
      value={value}
      onChange={({ target }) => onChange(target.value as T | "")}
      className="min-h-10 w-full rounded-control border border-line-strong bg-sheet px-2"
    >
      <option value="">Not chosen</option>
      {values.map((one) => (
        <option key={one} value={one}>
          {word(one)}
        </option>
      ))}
    </select>
  );
}
