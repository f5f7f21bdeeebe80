import { useState } from "react";

import type { CustomerRow } from "../../api/customer-profile";
import type { Sample } from "../../api/samples";
import { Button } from "../../components/button";
import type { CallState } from "../../live/call-state";
import { keptCall } from "../../live/kept-call";
import { CustomerSearch } from "./customer-search";
import { GoOn } from "./go-on";
import { Simulate } from "./simulate";

interface StartCallProps {
  call: Pick<CallState, "phase" | "source" | "openFailure">;
  onSimulate: (sample: Sample) => void;
  onTalk: (customer: CustomerRow | null) => void;
  onGoOn: () => void;
}

/** Between calls: try a recorded one, or take a real one. */
export function StartCall({ call, onSimulate, onTalk, onGoOn }: StartCallProps) {
  const [query, setQuery] = useState("");
  const [customer, setCustomer] = useState<CustomerRow | null>(null);
  const [kept, setKept] = useState(() => keptCall.get());
  const returning = kept !== null && call.phase === "opening";
  const opening = call.phase === "opening" ? call.source?.kind : undefined;
  return (
    <main className="mx-auto grid w-full max-w-6xl content-start items-start gap-8 px-5 py-8 two:grid-cols-[1.2fr_1fr] two:gap-12 two:py-14">
      <h1 className="text-say font-semibold two:col-span-2">
        {returning ? `Back to your call with ${kept.source.title}…` : "No call right now"}
      </h1>
      {kept !== null && !returning && (
        <GoOn
          kept={kept}
          onGoOn={onGoOn}
          onForget={() => {
            keptCall.forget();
            setKept(null);
          }}
        />
      )}
      {call.openFailure !== null && (
        <p role="alert" className="rounded-control bg-alert-wash px-4 py-3 text-alert two:col-span-2">
          {call.openFailure}
        </p>
      )}
      <section aria-labelledby="simulate" className="rounded-sheet bg-sheet px-6 py-6 shadow-lift">
        <h2 id="simulate" className="text-lead font-semibold">
          Hear it work
        </h2>
        <p className="mt-1 mb-5 max-w-prose text-ink-soft">
          A recorded call is played into the system as if two people were speaking now. Everything else is
          real.
        </p>
        <Simulate busy={opening === "sample"} onSimulate={onSimulate} />
      </section>
      <section aria-labelledby="talk" className="two:py-6">
        <h2 id="talk" className="text-lead font-semibold">
          Talk yourself
        </h2>
        <p className="mt-1 mb-5 max-w-prose text-ink-soft">
          Choose who you are talking to; your microphone is the agent's side.
        </p>
        <CustomerSearch
          query={query}
          onQuery={(typed) => {
            setQuery(typed);
            setCustomer(null);
          }}
          chosen={customer}
          onChoose={setCustomer}
        />
        <Button
          icon="mic"
          large
          className="mt-4 w-full two:w-auto"
          disabled={opening === "microphone"}
          onClick={() => onTalk(customer)}
        >
          {talkWords(opening === "microphone", customer)}
        </Button>
      </section>
    </main>
  );
}

function talkWords(opening: boolean, customer: CustomerRow | null): string {
  if (opening) return "Allow the microphone above";
  return customer === null ? "Talk without a customer" : `Talk to ${customer.name}`;
}
