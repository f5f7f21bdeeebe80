import { Button } from "../../components/button";
import { duration } from "../../components/format";
import { Icon } from "../../components/icon";
import { useNow } from "../../components/use-now";
import type { CallState } from "../../live/call-state";
import { noticesOf, secondsLeft } from "./notices-of";

interface NoticeListProps {
  call: CallState;
  onResume: () => void;
  onLeave: () => void;
}

/** Failures in words. The list itself is always there, so that what comes into it is announced, by itself. */
export function NoticeList({ call, onResume, onLeave }: NoticeListProps) {
  const notices = noticesOf(call);
  return (
    <div role="alert" aria-atomic="false" className={notices.length > 0 ? "border-b border-line" : ""}>
      {notices.map((notice) => (
        <div
          key={notice.key}
          className={`flex flex-wrap items-center gap-x-3 gap-y-1 px-5 py-2 ${notice.tone === "alert" ? "bg-alert-wash text-alert" : "bg-caution-wash text-caution"}`}
        >
          <Icon name="warning" />
          <span className="min-w-0 flex-1">
            {notice.words} {notice.keptSince !== undefined && <Kept since={notice.keptSince} />}
          </span>
          {notice.remedies.includes("resume") && <Button onClick={onResume}>Resume</Button>}
          {notice.remedies.includes("leave") && <Button onClick={onLeave}>Leave the call</Button>}
        </div>
      ))}
    </div>
  );
}

/** Counts silently: no reader is told a number every second. */
function Kept({ since }: { since: number }) {
  const left = secondsLeft(since, useNow());
  return (
    <span aria-hidden="true" className="tabular-nums">
      {left > 0 ? `Nothing is lost for another ${duration(left)}.` : "Only the last two minutes can be kept."}
    </span>
  );
}
