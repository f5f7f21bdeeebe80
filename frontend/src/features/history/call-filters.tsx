import { dispositions, type CallQuery } from "../../api/calls";
import { word } from "../../components/format";
import { Icon } from "../../components/icon";

interface CallFiltersProps {
  query: CallQuery;
  onChange: (query: CallQuery) => void;
}

const field = "mt-1 min-h-10 w-full rounded-control border border-line-strong bg-sheet px-2 text-ink";
/** Characters; the server takes no more. */
const longest = 200;
const statuses = ["active", "wrap_up", "completed", "abandoned"];
const moods = ["positive", "neutral", "negative"];

/** Words to look for, and what else the calls must be. */
export function CallFilters({ query, onChange }: CallFiltersProps) {
  const set = (fields: Partial<CallQuery>) => onChange({ ...query, ...fields });
  return (
    <search className="grid gap-x-4 gap-y-3 text-small text-ink-soft grid-cols-2 two:grid-cols-4 three:grid-cols-[2fr_repeat(5,1fr)]">
      <label className="col-span-2 two:col-span-4 three:col-span-1">
        What was said, who said it, what was agreed
        <span className="relative block">
          <Icon name="search" className="absolute top-3.5 left-3 size-5 text-ink-faint" />
          <input
            type="search"
            autoComplete="off"
            placeholder="refund chair"
            data-key="/"
            value={query.q}
            maxLength={longest}
            onChange={({ target }) => set({ q: target.value })}
            className={`${field} pr-3 pl-10 placeholder:text-ink-faint`}
          />
        </span>
      </label>
      <Choice label="State" value={query.status} values={statuses} onChange={(status) => set({ status })} />
      <Choice
        label="Mood"
        value={query.sentiment}
        values={moods}
        onChange={(sentiment) => set({ sentiment })}
      />
      <Choice
        label="Outcome"
        value={query.disposition}
        values={dispositions}
        onChange={(disposition) => set({ disposition })}
      />
      <label>
        From
        <input
          type="date"
          value={query.since}
          onChange={({ target }) => set({ since: target.value })}
          className={field}
        />
      </label>
      <label>
        To
        <input
          type="date"
          value={query.until}
          onChange={({ target }) => set({ until: target.value })}
          className={field}
        />
      </label>
    </search>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  values: readonly string[];
  onChange: (value: string) => void;
}

function Choice({ label, value, values, onChange }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={({ target }) => onChange(target.value)} className={field}>
        <option value="">Any</option>
        {values.map((one) => (
          <option key={one} value={one}>
            {word(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
