/** What the server knows about a customer. Amounts are decimal strings, times ISO 8601 in UTC. */

export type Tier = "standard" | "gold" | "platinum";
export type SentimentLabel = "positive" | "neutral" | "negative";

export interface Order {
  order_number: string;
  product_name: string;
  amount: string;
  status: "processing" | "shipped" | "delivered" | "cancelled" | "returned";
  order_date: string;
}

export interface Ticket {
  ticket_number: string;
  subject: string;
  status: "open" | "pending" | "resolved";
  priority: "low" | "normal" | "high" | "urgent";
  created_at: string;
  resolved_at: string | null;
}

export interface PastCall {
  call_id: string;
  start_time: string;
  duration_seconds: number | null;
  status: string;
  sentiment: SentimentLabel | null;
  summary: string | null;
}

/** One row of a customer search. */
export interface CustomerRow {
  id: number;
  name: string;
  email: string;
  phone: string | null;
  account_number: string;
  tier: Tier;
  status: "active" | "inactive";
  lifetime_value: string;
}

/** A customer with all that the rail shows. */
export interface CustomerProfile extends CustomerRow {
  created_at: string;
  orders: Order[];
  tickets: Ticket[];
  calls: PastCall[];
}
