import { useState } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";

import { currentUser, signOut, type User } from "./api/session";
import { LoadFailure } from "./components/load-failure";
import { useLoaded } from "./components/use-loaded";
import { useOverdue } from "./components/use-overdue";
import { forgetDrafts } from "./features/wrap-up/kept-draft";
import { CustomerPage } from "./pages/customer-page";
import { Desk } from "./pages/desk";
import { SignInPage } from "./pages/sign-in-page";

/** Customers call without signing in; of all others, who is there decides what there is to see. */
export function App() {
  return (
    <Switch>
      <Route path="/customer">
        <CustomerPage />
      </Route>
      <Route>
        <Staff />
      </Route>
    </Switch>
  );
}

function Staff() {
  const [session, again] = useLoaded(currentUser);
  const late = useOverdue(session.state === "loading", 2);
  if (session.state === "ready") return <Pages initialUser={session.value} />;
  return (
    <main className="grid min-h-dvh place-items-center p-5">
      {session.state === "failed" && <LoadFailure message={session.message} onRetry={again} />}
      {late && <p className="text-ink-soft">Waiting for the server…</p>}
    </main>
  );
}

function Pages({ initialUser }: { initialUser: User | null }) {
  const [user, setUser] = useState(initialUser);
  const [, navigate] = useLocation();

  const leave = () => {
    // Signed out here in any case; a session the server still holds ends by itself.
    void signOut().catch(() => undefined);
    forgetDrafts();
    setUser(null);
  };
  return (
    <Switch>
      <Route path="/sign-in">
        {user === null ? (
          <SignInPage
            onSignedIn={(signedIn) => {
              setUser(signedIn);
              navigate("/", { replace: true });
            }}
          />
        ) : (
          <Redirect to="/" replace />
        )}
      </Route>
      {user === null && <Redirect to="/sign-in" replace />}
      <Route>{user !== null && <Desk user={user} onSignOut={leave} />}</Route>
    </Switch>
  );
}
