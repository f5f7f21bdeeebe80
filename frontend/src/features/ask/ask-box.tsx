import { LineForm } from "../../components/line-form";

/** A question to the assistant; the answer comes as a card. */
export function AskBox({ onAsk }: { onAsk: (question: string) => Promise<void> }) {
  return (
    <LineForm
      label="Ask the assistant"
      placeholder="Ask: What is our refund window?"
      action="Ask"
      icon="ask"
      shortcut="/"
      onSend={onAsk}
    />
  );
}
