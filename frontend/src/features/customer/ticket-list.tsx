import type { Ticket } from "../../api/customer-profile";
import { day, word } from "../../components/format";
import { SectionHeading } from "../../components/section-heading";
import { Tag, type Tone } from "../../components/tag";
import { Row } from "./row";

const tones: Partial<Record<Ticket["priority"], Tone>> = { high: "caution", urgent: "alert" };

export function TicketList({ tickets, mentionedIn }: { tickets: Ticket[]; mentionedIn: string }) {
  return (
    <section aria-label="Tickets">
      <SectionHeading count={tickets.length}>Tickets</SectionHeading>
      {tickets.length === 0 && <p className="mt-1 text-small text-ink-faint">No tickets.</p>}
      <ul>
        {tickets.map((ticket) => (
          <Row key={ticket.ticket_number} mentioned={mentionedIn.includes(ticket.ticket_number)}>
            <p className="break-words">{ticket.subject}</p>
            <p className="flex items-baseline justify-between gap-3 text-small text-ink-faint">
              <span className="tabular-nums">
                {ticket.ticket_number} · {day(ticket.created_at)}
              </span>
              <TicketState ticket={ticket} />
            </p>
          </Row>
        ))}
      </ul>
    </section>
  );
}

/** A resolved ticket's priority is history. */
function TicketState({ ticket }: { ticket: Ticket }) {
  if (ticket.status === "resolved") return <span>Resolved</span>;
  return <Tag tone={tones[ticket.priority] ?? "calm"}>{`${word(ticket.status)}, ${ticket.priority}`}</Tag>;
}
