import { money, word } from "../../components/format";
import { Tag } from "../../components/tag";
import { useOverdue } from "../../components/use-overdue";
import type { CustomerProfile } from "../../api/customer-profile";
import { OrderList } from "./order-list";
import { PastCallList } from "./past-call-list";
import { TicketList } from "./ticket-list";

interface CustomerPaneProps {
  customer: CustomerProfile | null;
  /** Nobody has the account number the call came with. */
  unknown: boolean;
  accountNumber: string | null;
  /** Words on show that may name an order or a ticket. */
  mentionedIn: string;
}

/** Who is on the line and what they have with us. */
export function CustomerPane({ customer, unknown, accountNumber, mentionedIn }: CustomerPaneProps) {
  if (customer === null) return <NoCustomer unknown={unknown} accountNumber={accountNumber} />;
  return (
    <div
      tabIndex={0}
      role="group"
      aria-label="Customer, scrolling"
      className="min-h-0 flex-1 space-y-6 overflow-y-auto px-5 pt-2 pb-6"
    >
      <section aria-label="Person">
        <p className="flex flex-wrap items-baseline gap-x-2 text-lead font-semibold">
          {customer.name}
          {customer.status === "inactive" && <Tag tone="caution">Inactive account</Tag>}
        </p>
        <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-small">
          <Fact name="Account">{customer.account_number}</Fact>
          <Fact name="Tier">{word(customer.tier)}</Fact>
          <Fact name="Worth so far">{money(customer.lifetime_value)}</Fact>
          {customer.phone !== null && <Fact name="Phone">{customer.phone}</Fact>}
          <Fact name="E-mail">{customer.email}</Fact>
        </dl>
      </section>
      <OrderList orders={customer.orders} mentionedIn={mentionedIn} />
      <TicketList tickets={customer.tickets} mentionedIn={mentionedIn} />
      <PastCallList calls={customer.calls} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0 break-words tabular-nums">{children}</dd>
    </>
  );
}

function NoCustomer({ unknown, accountNumber }: { unknown: boolean; accountNumber: string | null }) {
  const waiting = !unknown && accountNumber !== null;
  const overdue = useOverdue(waiting, 10);
  return <p className="px-5 pt-2 text-ink-soft">{noCustomerWords()}</p>;

  function noCustomerWords(): string {
    if (unknown)
      return `Nobody has the account number ${accountNumber ?? "given"}. The call goes on without a customer.`;
    if (accountNumber === null) return "No customer was chosen for this call.";
    if (overdue)
      return "The customer's record has not come yet. The call goes on without it, and it will appear here.";
    return `Looking up ${accountNumber}…`;
  }
}
