import { Button } from "../../components/button";
import type { KeptCall } from "../../live/kept-call";

interface GoOnProps {
  kept: KeptCall;
  onGoOn: () => void;
  onForget: () => void;
}

/** The page was loaded anew during a call and did not come back to it by itself: the way back. */
export function GoOn({ kept, onGoOn, onForget }: GoOnProps) {
  return (
    <section
      aria-label="Your call"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-sheet bg-accent-wash px-6 py-4 two:col-span-2"
    >
      <p className="min-w-0 flex-1 text-lead">
        {kept.ended ? "Not wrapped up yet: your call with " : "You were in a call with "}
        <span className="font-semibold">{kept.source.title}</span>.
        {!kept.ended && " It goes on for two minutes without you."}
      </p>
      <Button look="primary" icon="call" large onClick={onGoOn}>
        {kept.ended ? "Wrap it up" : "Go on with it"}
      </Button>
      <Button look="quiet" onClick={onForget}>
        Leave it
      </Button>
    </section>
  );
}
