import { request } from "./http";

/** A call that a customer makes: `ticket` opens its socket within `ticket_seconds`; it rings for `ring_seconds`. */
export interface CustomerCallOpened {
  call_id: string;
  ticket: string;
  ticket_seconds: number;
  ring_seconds: number;
}

/** Calls in. Both may be left empty. Throws RequestFailed. */
export function callIn(name: string, accountNumber: string): Promise<CustomerCallOpened> {
  return request<CustomerCallOpened>("POST", "/api/customer-calls", {
    ...(name !== "" && { name }),
    ...(accountNumber !== "" && { account_number: accountNumber }),
  });
}
