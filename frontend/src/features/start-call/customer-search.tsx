import { useCallback, useDeferredValue, useId } from "react";

import type { CustomerRow } from "../../api/customer-profile";
import { searchCustomers } from "../../api/customers";
import { word } from "../../components/format";
import { Icon } from "../../components/icon";
import { LoadFailure } from "../../components/load-failure";
import { useLoaded } from "../../components/use-loaded";

interface CustomerSearchProps {
  query: string;
  onQuery: (query: string) => void;
  chosen: CustomerRow | null;
  onChoose: (customer: CustomerRow | null) => void;
}

/** Finds a customer by name, e-mail, phone or account number; one is chosen by a click or with the arrow keys. */
export function CustomerSearch({ query, onQuery, chosen, onChoose }: CustomerSearchProps) {
  const field = useId();
  const asked = useDeferredValue(query.trim());
  const [found, again] = useLoaded(useCallback((signal) => searchWhenTyped(asked, signal), [asked]));
  return (
    <div>
      <label htmlFor={field} className="text-small text-ink-faint">
        Customer
      </label>
      <div className="relative mt-1">
        <Icon name="search" className="absolute top-3 left-3 size-5 text-ink-faint" />
        <input
          id={field}
          type="search"
          autoComplete="off"
          placeholder="Name, e-mail, phone or account"
          value={query}
          onChange={({ target }) => onQuery(target.value)}
          className="min-h-11 w-full rounded-control border border-line-strong bg-sheet pr-3 pl-10 placeholder:text-ink-faint"
        />
      </div>
      <div className="mt-2 min-h-11">
        {found.state === "failed" && <LoadFailure message={found.message} onRetry={again} />}
        {found.state === "ready" && found.value.length === 0 && (
          <p className="text-ink-soft">No customer fits “{asked}”. You can talk without one.</p>
        )}
        {found.state === "ready" && <Results customers={found.value} chosen={chosen} onChoose={onChoose} />}
      </div>
    </div>
  );
}

/** A pause in typing before the server is asked. */
const pauseMs = 200;

async function searchWhenTyped(query: string, signal: AbortSignal): Promise<CustomerRow[]> {
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  signal.throwIfAborted();
  return searchCustomers(query, signal);
}

interface ResultsProps {
  customers: CustomerRow[];
  chosen: CustomerRow | null;
  onChoose: (customer: CustomerRow | null) => void;
}

function Results({ customers, chosen, onChoose }: ResultsProps) {
  return (
    <fieldset>
      <legend className="sr-only">Customers found</legend>
      <ul>
        {customers.map((customer) => (
          <li key={customer.id} className="border-b border-line last:border-b-0">
            <label
              className={`-mx-2 flex items-baseline gap-3 rounded-control px-2 py-2 hover:bg-accent-wash ${customer.id === chosen?.id ? "font-semibold" : ""}`}
            >
              <input
                type="radio"
                name="customer"
                className="accent-accent"
                checked={customer.id === chosen?.id}
                onChange={() => onChoose(customer)}
              />
              <span className="min-w-0 flex-1 truncate">{customer.name}</span>
              <span className="text-small font-normal text-ink-faint">{word(customer.tier)}</span>
              <span className="text-small font-normal text-ink-faint tabular-nums">
                {customer.account_number}
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
