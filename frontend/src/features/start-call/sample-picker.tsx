import { useState } from "react";

import type { Sample } from "../../api/samples";
import { Button } from "../../components/button";
import { duration } from "../../components/format";

interface SamplePickerProps {
  samples: Sample[];
  busy: boolean;
  onSimulate: (sample: Sample) => void;
}

/** One button plays a call into the system; which call, is there to change. */
export function SamplePicker({ samples, busy, onSimulate }: SamplePickerProps) {
  const [chosen, setChosen] = useState(samples[0]?.name);
  const sample = samples.find(({ name }) => name === chosen);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (sample !== undefined) onSimulate(sample);
      }}
    >
      <Button look="primary" icon="play" large type="submit" disabled={busy} className="w-full sm:w-auto">
        {busy ? "Loading the call…" : "Simulate a call"}
      </Button>
      <fieldset className="mt-6">
        <legend className="text-small text-ink-faint">Which call</legend>
        <ul className="mt-1">
          {samples.map(({ name, title, account_number, seconds }) => (
            <li key={name} className="border-b border-line last:border-b-0">
              <label
                className={`-mx-2 flex items-baseline gap-3 rounded-control px-2 py-2 hover:bg-accent-wash ${name === chosen ? "font-semibold" : ""}`}
              >
                <input
                  type="radio"
                  name="sample"
                  className="accent-accent"
                  checked={name === chosen}
                  onChange={() => setChosen(name)}
                />
                <span className="min-w-0 flex-1">{title}</span>
                <span className="text-small font-normal text-ink-faint tabular-nums">{account_number}</span>
                <span className="w-10 text-right text-small font-normal text-ink-faint tabular-nums">
                  {duration(seconds)}
                </span>
              </label>
            </li>
          ))}
        </ul>
      </fieldset>
    </form>
  );
}
