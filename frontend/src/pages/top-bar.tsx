import { Link, useLocation } from "wouter";

import type { User } from "../api/session";
import { Button } from "../components/button";
import { duration } from "../components/format";
import { ThemeButton } from "../components/theme-button";
import { useNow } from "../components/use-now";
import { Wordmark } from "../components/wordmark";
import type { CallState } from "../live/call-state";

export interface TopBarProps {
  user: User;
  call: CallState;
  onSignOut: () => void;
  onHelp: () => void;
}

/** Where one can go, and who one is. During a call it makes room on a phone. */
export function TopBar({ user, call, onSignOut, onHelp }: TopBarProps) {
  const [path] = useLocation();
  const inCall = call.phase === "open";
  return (
    <header
      className={`items-center gap-x-3 border-b border-line bg-panel px-4 py-1.5 two:flex two:gap-x-6 two:px-5 ${inCall && path === "/" ? "hidden" : "flex"}`}
    >
      <Wordmark compact />
      <nav aria-label="Pages" className="flex gap-1">
        <PageLink to="/">Desk</PageLink>
        <PageLink to="/calls">Calls</PageLink>
        {user.role !== "agent" && <PageLink to="/live">Live</PageLink>}
      </nav>
      {inCall && path !== "/" && <BackToCall call={call} />}
      <span className="ml-auto flex items-center gap-1 text-small text-ink-soft">
        <span className="mr-2 hidden two:inline">{user.name}</span>
        {!inCall && (
          <Button look="quiet" onClick={onSignOut}>
            Sign out
          </Button>
        )}
        <span className="hidden two:inline">
          <Button look="quiet" icon="keyboard" onClick={onHelp} aria-label="Keyboard" className="px-2" />
        </span>
        <ThemeButton />
      </span>
    </header>
  );
}

function PageLink({ to, children }: { to: string; children: string }) {
  const [path] = useLocation();
  const here = to === "/" ? path === "/" : path.startsWith(to);
  return (
    <Link
      href={to}
      aria-current={here ? "page" : undefined}
      className={`rounded-control px-2 py-1.5 two:px-3 text-small hover:bg-accent-wash ${here ? "font-semibold text-ink" : "text-ink-soft"}`}
    >
      {children}
    </Link>
  );
}

/** The call goes on while one looks something up elsewhere. */
function BackToCall({ call }: { call: CallState }) {
  const now = useNow(call.ended === null);
  const seconds = call.ended?.durationSeconds ?? (now - (call.startedAt ?? now)) / 1_000;
  return (
    <Link
      href="/"
      className="rounded-control bg-accent px-3 py-1.5 text-small font-semibold text-on-accent tabular-nums hover:bg-accent-strong"
    >
      {call.ended === null ? "Back to the call" : "Back to the wrap-up"} · {duration(seconds)}
    </Link>
  );
}
