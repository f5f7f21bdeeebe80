import { request, RequestFailed } from "./http";

export interface User {
  id: number;
  name: string;
  email: string;
  role: "agent" | "supervisor" | "admin";
}

/** Who is signed in, or null. */
export async function currentUser(): Promise<User | null> {
  try {
    return (await request<{ user: User }>("GET", "/api/session")).user;
  } catch (error) {
    if (error instanceof RequestFailed && error.status === 401) return null;
    throw error;
  }
}

export async function signIn(email: string, password: string): Promise<User> {
  return (await request<{ user: User }>("POST", "/api/session", { email, password })).user;
}

export function signOut(): Promise<void> {
  return request("DELETE", "/api/session");
}
