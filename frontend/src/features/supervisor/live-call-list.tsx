import { useState } from "react";
import { Link } from "wouter";

import { duration, word } from "../../components/format";
import { Icon } from "../../components/icon";
import { useNow } from "../../components/use-now";
import type { CallGoingOn } from "../../live/person-stream";

interface LiveCallListProps {
  calls: CallGoingOn[];
  followed: string | undefined;
}

const orders = {
  newest: "Newest first",
  longest: "Longest first",
  alerts: "Most alerts first",
} as const;

type Order = keyof typeof orders;

/** The calls that go on, each with its last words, mood, alerts and length. */
export function LiveCallList({ calls, followed }: LiveCallListProps) {
  const [order, setOrder] = useState<Order>("newest");
  return (
    <>
      <label className="flex items-center justify-between gap-3 px-5 pb-2 text-small text-ink-faint">
        {calls.length === 1 ? "1 call" : `${calls.length} calls`}
        <select
          aria-label="Order"
          value={order}
          onChange={({ target }) => setOrder(target.value as Order)}
          className="min-h-9 rounded-control border border-line-strong bg-sheet px-2 text-ink"
        >
          {Object.entries(orders).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <ul className="min-h-0 flex-1 overflow-y-auto">
        {sorted(calls, order).map((call) => (
          <li key={call.call_id} className="border-t border-line">
            <LiveCall call={call} followed={call.call_id === followed} />
          </li>
        ))}
      </ul>
    </>
  );
}

function sorted(calls: CallGoingOn[], order: Order): CallGoingOn[] {
  const newest = [...calls].sort((a, b) => b.start_time.localeCompare(a.start_time));
  if (order === "longest") return newest.reverse();
  return order === "alerts" ? newest.sort((a, b) => b.alerts - a.alerts) : newest;
}

function LiveCall({ call, followed }: { call: CallGoingOn; followed: boolean }) {
  const now = useNow();
  const { customer, agent_name, status, last_line, mood, alerts, last_alert } = call;
  return (
    <Link
      href={`/live/${call.call_id}`}
      aria-current={followed ? "true" : undefined}
      className={`block px-5 py-3 hover:bg-accent-wash ${followed ? "bg-accent-wash" : ""}`}
    >
      <p className="flex items-baseline justify-between gap-3">
        <span className="min-w-0 truncate font-semibold">{customer?.name ?? "Unknown caller"}</span>
        <span className="tabular-nums">{duration((now - Date.parse(call.start_time)) / 1_000)}</span>
      </p>
      <p className="flex items-baseline justify-between gap-3 text-small text-ink-soft">
        <span className="min-w-0 truncate">
          {agent_name ?? "Nobody yet"}
          {status !== "active" && ` · ${word(status)}`}
        </span>
        {mood && <span className={mood.label === "negative" ? "text-caution" : ""}>{word(mood.label)}</span>}
      </p>
      {alerts > 0 && (
        <p className="mt-1 flex items-start gap-1.5 text-small text-alert">
          <Icon name="warning" className="mt-0.5 size-4" />
          <span className="min-w-0 break-words">
            {alerts > 1 && `${alerts} alerts: `}
            {last_alert?.message}
          </span>
        </p>
      )}
      {last_line && (
        <p className="mt-1 line-clamp-2 text-small break-words text-ink-soft">
          {last_line.speaker === "customer" ? "Customer" : "Agent"}: {last_line.text}
        </p>
      )}
    </Link>
  );
}
