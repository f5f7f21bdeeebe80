import { Button } from "../components/button";
import { Wordmark } from "../components/wordmark";
import { CallForm } from "../features/customer-call/call-form";
import { CallInProgress } from "../features/customer-call/call-in-progress";
import { keptCustomerCall } from "../live/kept-call";
import { useCustomerCall } from "../live/use-customer-call";

/** Where a customer calls from; nobody signs in here. */
export function CustomerPage() {
  const { state, level, controls } = useCustomerCall();
  const calling = state.phase === "returning" || state.phase === "ringing" || state.phase === "talking";
  const couldNotReturn = state.phase === "idle" && keptCustomerCall.get() !== null;
  return (
    <main className="grid min-h-dvh place-items-center px-5 py-10">
      <title>Call us – Earpiece</title>
      <div className="w-full max-w-sm rounded-sheet bg-sheet px-6 py-6 shadow-lift">
        <Wordmark />
        <h1 className="mt-6 mb-5 text-say font-semibold">{calling ? "Your call" : "Talk to us"}</h1>
        {state.words !== null && (
          <p role="alert" className="mb-4 rounded-control bg-accent-wash px-3 py-2">
            {state.words}
          </p>
        )}
        {couldNotReturn && (
          <Button look="primary" icon="call" large className="mb-6 w-full" onClick={controls.goOn}>
            Back into your call
          </Button>
        )}
        {calling ? (
          <CallInProgress call={state} level={level} onMute={controls.setMuted} onHangUp={controls.hangUp} />
        ) : (
          <CallForm busy={state.phase === "opening"} onCall={controls.call} />
        )}
      </div>
    </main>
  );
}
