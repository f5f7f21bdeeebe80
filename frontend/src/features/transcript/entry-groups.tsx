import { memo, type ReactNode } from "react";

import type { Entry } from "../../live/transcript-state";

const groupSize = 10;

interface EntryGroupsProps {
  entries: Entry[];
  /** So many of the earliest are left out. */
  hidden?: number;
  /** The same function as before where nothing about the blocks has changed. */
  children: (entry: Entry) => ReactNode;
}

/**
 * Blocks in groups, which a browser lays out and paints only near the screen: an hour's call scrolls as a short one
 * does. A group each, rather than a block each, for thousands would cost time in being watched.
 */
export function EntryGroups({ entries, hidden = 0, children }: EntryGroupsProps) {
  const first = Math.floor(hidden / groupSize);
  const count = Math.ceil(entries.length / groupSize) - first;
  return Array.from({ length: count }, (_, n) => (first + n) * groupSize).map((from) => (
    <Group key={from} entries={entries} from={Math.max(from, hidden)} to={from + groupSize}>
      {children}
    </Group>
  ));
}

interface GroupProps {
  entries: Entry[];
  from: number;
  to: number;
  children: (entry: Entry) => ReactNode;
}

const Group = memo(function Group({ entries, from, to, children }: GroupProps) {
  return (
    <div className="[contain-intrinsic-size:auto_45rem] [content-visibility:auto] last:[content-visibility:visible]">
      {entries.slice(from, to).map(children)}
    </div>
  );
});
