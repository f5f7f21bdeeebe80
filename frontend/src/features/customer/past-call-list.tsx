import { useState } from "react";
import { Link } from "wouter";

import type { PastCall } from "../../api/customer-profile";
import { day, duration } from "../../components/format";
import { SectionHeading } from "../../components/section-heading";
import { Row } from "./row";

export function PastCallList({ calls }: { calls: PastCall[] }) {
  const past = calls.filter(({ status }) => status !== "active" && status !== "ringing");
  return (
    <section aria-label="Past calls">
      <SectionHeading count={past.length}>Past calls</SectionHeading>
      {past.length === 0 && <p className="mt-1 text-small text-ink-faint">This is the first call.</p>}
      <ul>
        {past.map((call) => (
          <Row key={call.call_id}>
            <p className="flex items-baseline justify-between gap-3 text-small text-ink-faint tabular-nums">
              <Link
                href={`/calls/${call.call_id}`}
                className="inline-block rounded-control py-0.5 underline-offset-2 hover:text-ink hover:underline"
              >
                {day(call.start_time)}
              </Link>
              <span>
                {call.duration_seconds === null ? "" : duration(call.duration_seconds)}
                {call.sentiment === null ? "" : ` · ${call.sentiment}`}
              </span>
            </p>
            <Summary text={call.summary ?? "No summary was written."} />
          </Row>
        ))}
      </ul>
    </section>
  );
}

/** Two lines of it; a click shows the rest. */
function Summary({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  return (
    <button
      type="button"
      aria-expanded={whole}
      onClick={() => setWhole(!whole)}
      className={`min-h-6 rounded-control text-left text-small text-ink-soft hover:text-ink ${whole ? "" : "line-clamp-2"}`}
    >
      {text}
    </button>
  );
}
