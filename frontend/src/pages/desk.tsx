import { useCallback, useState } from "react";
import { Link, Route, Switch, useLocation } from "wouter";

import type { RingingCall } from "../api/calls";
import type { User } from "../api/session";
import { useOverdue } from "../components/use-overdue";
import { KeySheet } from "../features/keys/key-sheet";
import { useKeys } from "../features/keys/use-keys";
import { RingingList } from "../features/ringing/ringing-list";
import { Unreachable } from "../features/ringing/unreachable";
import { useCall } from "../live/use-call";
import { usePersonStream } from "../live/use-person-stream";
import { ConsolePage } from "./console-page";
import { HistoryPage } from "./history-page";
import { PastCallPage } from "./past-call-page";
import { SupervisorPage } from "./supervisor-page";
import { TopBar } from "./top-bar";

/** A stream ends and begins again now and then; what lasts longer is said. */
const mayBeAwaySeconds = 10;

/** Everything for one who is signed in. The call lives here, so that it goes on while one looks elsewhere. */
export function Desk({ user, onSignOut }: { user: User; onSignOut: () => void }) {
  const call = useCall();
  const person = usePersonStream();
  const [, navigate] = useLocation();
  const [help, setHelp] = useState(false);
  useKeys(useCallback(() => setHelp((open) => !open), []));
  const { state, controls } = call;
  const free = state.phase !== "open" || state.ended !== null;
  const deaf = useOverdue(!person.connected, mayBeAwaySeconds);

  const accept = (ringing: RingingCall) => {
    controls.accept(ringing);
    navigate("/");
  };
  return (
    <div className="flex h-dvh min-h-160 flex-col">
      <TopBar user={user} call={state} onSignOut={onSignOut} onHelp={() => setHelp(true)} />
      {(person.signedOut || (deaf && free)) && <Unreachable signedOut={person.signedOut} inCall={!free} />}
      {free && (
        <RingingList
          calls={deaf ? [] : person.ringing}
          unanswered={person.unanswered}
          busy={state.phase === "opening"}
          onAccept={accept}
        />
      )}
      <Switch>
        <Route path="/">
          <ConsolePage call={call} />
        </Route>
        <Route path="/calls">
          <HistoryPage />
        </Route>
        <Route path="/calls/:callId">{({ callId }) => <PastCallPage key={callId} callId={callId} />}</Route>
        {user.role !== "agent" && (
          <Route path="/live/:callId?">
            {({ callId }) => <SupervisorPage person={person} followed={callId} />}
          </Route>
        )}
        <Route>
          <main className="grid flex-1 place-items-center p-5">
            <p>
              There is no such page.{" "}
              <Link className="text-accent underline" href="/">
                Go to the desk
              </Link>
              .
            </p>
          </main>
        </Route>
      </Switch>
      <KeySheet open={help} onClose={() => setHelp(false)} />
    </div>
  );
}
