import type { Order } from "../../api/customer-profile";
import { day, money, word } from "../../components/format";
import { SectionHeading } from "../../components/section-heading";
import { Tag, type Tone } from "../../components/tag";
import { Row } from "./row";

const tones: Partial<Record<Order["status"], Tone>> = { cancelled: "caution", returned: "caution" };

export function OrderList({ orders, mentionedIn }: { orders: Order[]; mentionedIn: string }) {
  return (
    <section aria-label="Orders">
      <SectionHeading count={orders.length}>Orders</SectionHeading>
      {orders.length === 0 && <p className="mt-1 text-small text-ink-faint">No orders yet.</p>}
      <ul>
        {orders.map((order) => (
          <Row key={order.order_number} mentioned={mentionedIn.includes(order.order_number)}>
            <p className="flex items-baseline justify-between gap-3">
              <span className="min-w-0 break-words">{order.product_name}</span>
              <span className="tabular-nums">{money(order.amount)}</span>
            </p>
            <p className="flex items-baseline justify-between gap-3 text-small text-ink-faint">
              <span className="tabular-nums">
                {order.order_number} · {day(order.order_date)}
              </span>
              <Tag tone={tones[order.status] ?? "calm"}>{word(order.status)}</Tag>
            </p>
          </Row>
        ))}
      </ul>
    </section>
  );
}
