import { useEffect, useRef } from "react";

import { Button } from "../../components/button";
import { usePreference } from "../../components/preferences";

const keys: [string, string][] = [
  ["?", "Open and close this sheet"],
  ["/", "Ask the assistant"],
  ["c", "Copy the words to say next"],
  ["u", "Mark them as used"],
  ["d", "Dismiss them"],
  ["+ and −", "Good advice, bad advice"],
  ["j", "Jump to the latest words"],
  ["m", "Mute and unmute"],
  ["h", "Hold the customer, and take them back"],
  ["Esc", "Close, or leave a field"],
];

/** What the keyboard can do, and what of it this person wants. */
export function KeySheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [singleKeys, setSingleKeys] = usePreference("single-keys");
  const [ringTone, setRingTone] = usePreference("ring-tone");
  const [delays, setDelays] = usePreference("delays");
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="keys"
      onClose={onClose}
      className="m-auto w-full max-w-md rounded-sheet bg-sheet p-6 text-ink shadow-lift backdrop:bg-ground/70"
    >
      <h2 id="keys" className="text-lead font-semibold">
        Keyboard
      </h2>
      <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-5 gap-y-1.5">
        {keys.map(([key, does]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded-mark border border-line-strong px-1.5 font-sans text-small">{key}</kbd>
            </dt>
            <dd className="text-ink-soft">{does}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-5 space-y-2 border-t border-line pt-4">
        <Choice label="Single keys act (never while typing)" on={singleKeys} onChange={setSingleKeys} />
        <Choice label="A call that rings is heard" on={ringTone} onChange={setRingTone} />
        <Choice label="Show where the time went, beside words and advice" on={delays} onChange={setDelays} />
      </div>
      <Button className="mt-5" onClick={onClose}>
        Close
      </Button>
    </dialog>
  );
}

interface ChoiceProps {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function Choice({ label, on, onChange }: ChoiceProps) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={on}
        onChange={({ target }) => onChange(target.checked)}
      />
      {label}
    </label>
  );
}
