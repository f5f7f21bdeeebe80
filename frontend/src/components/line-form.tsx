import { useId, useState } from "react";

import { longestQuestion } from "../api/calls";
import { RequestFailed } from "../api/http";
import { Button } from "./button";
import type { IconName } from "./icon";

interface LineFormProps {
  label: string;
  placeholder: string;
  action: string;
  icon: IconName;
  /** The single key that leads into the field. */
  shortcut?: string;
  onSend: (text: string) => Promise<void>;
}

/** One line to send. What could not be sent stays in the field, and why is said above it. */
export function LineForm({ label, placeholder, action, icon, shortcut, onSend }: LineFormProps) {
  const field = useId();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function send(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await onSend(text.trim());
      setText("");
    } catch (error) {
      setFailure(error instanceof RequestFailed ? error.message : "Something went wrong in this page.");
    }
    setBusy(false);
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "" && !busy) void send();
      }}
    >
      <p role="alert" className={failure === null ? "" : "mb-2 text-small text-alert"}>
        {failure}
      </p>
      <div className="flex gap-2">
        <label htmlFor={field} className="sr-only">
          {label}
        </label>
        <input
          id={field}
          data-key={shortcut}
          autoComplete="off"
          maxLength={longestQuestion}
          placeholder={placeholder}
          value={text}
          onChange={({ target }) => setText(target.value)}
          className="min-h-10 min-w-0 flex-1 rounded-control border border-line-strong bg-sheet px-3 placeholder:text-ink-faint"
        />
        <Button type="submit" icon={icon} className="min-h-10" disabled={busy || text.trim() === ""}>
          {action}
        </Button>
      </div>
    </form>
  );
}
