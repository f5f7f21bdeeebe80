import { Link } from "wouter";

import type { FoundCall } from "../../api/calls";
import { day, duration, hour, word } from "../../components/format";
import { Tag } from "../../components/tag";
import { MarkedText } from "./marked-text";

/** Calls found, newest first: who, when, how it went, and the words that were looked for. */
export function FoundCalls({ calls }: { calls: FoundCall[] }) {
  return (
    <ul aria-label="Calls found" className="mt-4">
      {calls.map((call) => (
        <li key={call.call_id} className="border-b border-line">
          <FoundRow call={call} />
        </li>
      ))}
    </ul>
  );
}

function FoundRow({ call }: { call: FoundCall }) {
  const { call_id, customer, agent_name, start_time, duration_seconds, status, sentiment, disposition, hit } =
    call;
  return (
    <Link
      href={`/calls/${call_id}${hit ? `?at=${hit.start}` : ""}`}
      className="-mx-3 block rounded-control px-3 py-3 hover:bg-accent-wash"
    >
      <p className="flex flex-wrap items-baseline gap-x-4">
        <span className="font-semibold">{customer?.name ?? "Unknown caller"}</span>
        <span className="text-small text-ink-soft">with {agent_name ?? "nobody"}</span>
        <span className="ml-auto text-small text-ink-soft tabular-nums">
          {day(start_time)}, {hour(Date.parse(start_time))}
          {duration_seconds !== null && ` · ${duration(duration_seconds)}`}
        </span>
      </p>
      <p className="flex flex-wrap items-baseline gap-x-3 text-small text-ink-faint">
        {status !== "completed" && (
          <Tag tone={status === "abandoned" ? "caution" : "calm"}>{word(status)}</Tag>
        )}
        {sentiment !== null && (
          <Tag tone={sentiment === "negative" ? "caution" : "calm"}>{word(sentiment)}</Tag>
        )}
        {disposition && <Tag>{word(disposition)}</Tag>}
      </p>
      <p className="mt-1 line-clamp-2 max-w-prose break-words text-ink-soft">
        {hit ? (
          <>
            <span className="text-small text-ink-faint tabular-nums">
              {hit.speaker === "customer" ? "Customer" : "Agent"}, {duration(hit.start)}:
            </span>{" "}
            <MarkedText text={hit.text} marks={hit.marks} />
          </>
        ) : (
          (call.summary ?? "No summary.")
        )}
      </p>
    </Link>
  );
}
