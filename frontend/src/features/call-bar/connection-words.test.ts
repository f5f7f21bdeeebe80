import { expect, test } from "vitest";

import type { Connection } from "../../live/connection";
import { connectionWords } from "./connection-words";

const running = { ended: null, hangingUp: false };

test.each<[Connection, string]>([
  [{ kind: "connecting", attempt: 0 }, "Connecting"],
  [{ kind: "live" }, "Live"],
  [{ kind: "reconnecting", attempt: 3, since: 0 }, "Reconnecting (3)"],
  [{ kind: "offline", attempt: 9, since: new Date(2026, 2, 1, 14, 2).getTime() }, "Offline since 14:02"],
  [{ kind: "catching_up", since: 0 }, "Back, catching up"],
  [{ kind: "back", awaySeconds: 20 }, "Back, caught up"],
  [{ kind: "closed", code: 4401, error: null }, "Disconnected"],
])("%o is told as %s", (connection, words) => {
  expect(connectionWords(connection, running).words).toBe(words);
});
