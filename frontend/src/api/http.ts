/** The one way to ask the server: JSON in, JSON out, and every failure in words. */

/** A failed request. `message` is for a person; `status` is 0 when no answer came at all. */
export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Sends a request to our own origin. Throws RequestFailed. */
export async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        Accept: "application/json",
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new RequestFailed(0, "The server cannot be reached. Check the network and try again.");
  }
  if (!response.ok) throw new RequestFailed(response.status, await wordsOf(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The detail of a problem document (RFC 9457), or plain words where the answer is none. */
async function wordsOf(response: Response): Promise<string> {
  const problem: unknown = await response.json().catch(() => null);
  if (typeof problem === "object" && problem !== null) {
    if ("detail" in problem && typeof problem.detail === "string") return problem.detail;
    if ("title" in problem && typeof problem.title === "string") return problem.title;
  }
  return `The server answered with an error (${response.status}).`;
}
