import { useRef } from "react";

import type { FollowUp } from "../../api/calls";
import { Button } from "../../components/button";

/** The most that the server takes. */
const most = 20;

interface FollowUpsProps {
  followUps: FollowUp[];
  /** While typing. */
  onEdit: (followUps: FollowUp[]) => void;
  /** After typing. */
  onLeave: () => void;
  /** When a change is whole. */
  onSave: (followUps: FollowUp[]) => void;
}

/** What was promised, by when, and whether it is done. A line without words is not sent. */
export function FollowUps({ followUps, onEdit, onLeave, onSave }: FollowUpsProps) {
  const changed = (index: number, fields: Partial<FollowUp>) =>
    followUps.map((one, at) => (at === index ? { ...one, ...fields } : one));
  const adding = useRef(false);
  return (
    <fieldset>
      <legend className="text-small text-ink-soft">Follow-ups</legend>
      <ul className="mt-1 space-y-2">
        {followUps.map(({ text, due, done }, index) => (
          <li key={index} className="flex flex-wrap items-center gap-2">
            <input
              type="checkbox"
              aria-label={`Done: ${text}`}
              className="size-4 accent-accent"
              checked={done}
              onChange={({ target }) => onSave(changed(index, { done: target.checked }))}
            />
            <input
              ref={(field) => {
                if (field === null || !adding.current || index < followUps.length - 1) return;
                adding.current = false;
                field.focus();
              }}
              aria-label="What is to be done"
              value={text}
              maxLength={500}
              onChange={({ target }) => onEdit(changed(index, { text: target.value }))}
              onBlur={onLeave}
              className="min-h-10 min-w-40 flex-1 rounded-control border border-line-strong bg-sheet px-3"
            />
            <input
              type="date"
              aria-label="By when"
              value={due ?? ""}
              onChange={({ target }) =>
                onSave(changed(index, { due: target.value === "" ? null : target.value }))
              }
              className="min-h-10 rounded-control border border-line-strong bg-sheet px-2"
            />
            <Button
              look="quiet"
              icon="close"
              aria-label={`Remove: ${text}`}
              className="px-2"
              onClick={() => onSave(followUps.toSpliced(index, 1))}
            />
          </li>
        ))}
      </ul>
      {followUps.length < most && (
        <Button
          look="quiet"
          className="mt-1 -ml-3"
          onClick={() => {
            adding.current = true;
            onEdit([...followUps, { text: "", due: null, done: false }]);
          }}
        >
          Add a follow-up
        </Button>
      )}
    </fieldset>
  );
}
