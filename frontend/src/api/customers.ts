import type { CustomerRow } from "./customer-profile";
import { request } from "./http";

/** The customers that match a name, e-mail, phone or account number, best first; the first few for an empty one. */
export async function searchCustomers(query: string, signal: AbortSignal): Promise<CustomerRow[]> {
  const search = new URLSearchParams({ q: query, limit: "8" });
  const page = await request<{ items: CustomerRow[] }>("GET", `/api/customers?${search}`, undefined, signal);
  return page.items;
}
