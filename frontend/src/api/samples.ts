import { request } from "./http";

/** A recorded call to try the system with. */
export interface Sample {
  name: string;
  title: string;
  account_number: string;
  agent_name: string;
  seconds: number;
  url: string;
}

export async function listSamples(signal: AbortSignal): Promise<Sample[]> {
  return request<Sample[]>("GET", "/api/samples", undefined, signal);
}
