import { Icon } from "../../components/icon";

interface UnreachableProps {
  signedOut: boolean;
  inCall: boolean;
}

/** This desk hears of nothing, and an agent who waits for calls must know it. */
export function Unreachable({ signedOut, inCall }: UnreachableProps) {
  return (
    <p
      role="alert"
      className="flex items-center gap-x-3 border-b border-line bg-alert-wash px-5 py-2 text-alert"
    >
      <Icon name="warning" />
      <span className="min-w-0 flex-1">
        {!signedOut && "The server cannot be reached, so no call rings here. Trying again…"}
        {signedOut && !inCall && "You are signed out, so no call rings here. "}
        {signedOut && inCall && "You are signed out: nothing you press is saved. The call goes on here. "}
        {signedOut && (
          <a
            href="/sign-in"
            target={inCall ? "_blank" : undefined}
            rel="noopener"
            className="underline underline-offset-2"
          >
            {inCall ? "Sign in again in another tab" : "Sign in again"}
          </a>
        )}
      </span>
    </p>
  );
}
