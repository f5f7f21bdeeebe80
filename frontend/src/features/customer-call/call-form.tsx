import { useId } from "react";

import { Button } from "../../components/button";

interface CallFormProps {
  busy: boolean;
  onCall: (name: string, accountNumber: string) => void;
}

/** Who calls, as far as they want to say, and the button that calls. */
export function CallForm({ busy, onCall }: CallFormProps) {
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        onCall((form.get("name") as string).trim(), (form.get("account") as string).trim());
      }}
    >
      <Field label="Your name" name="name" autoComplete="name" />
      <Field label="Account number, if you have it at hand" name="account" placeholder="ACC00012" />
      <Button look="primary" icon="call" large type="submit" disabled={busy} className="w-full">
        {busy ? "Allow the microphone" : "Call"}
      </Button>
      <p className="text-small text-ink-faint">
        The call is recorded and written down, so that we can help you better.
      </p>
    </form>
  );
}

interface FieldProps {
  label: string;
  name: string;
  placeholder?: string;
  autoComplete?: string;
}

function Field({ label, ...input }: FieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="text-small text-ink-soft">
        {label}
      </label>
      <input
        id={id}
        maxLength={200}
        className="mt-1 min-h-11 w-full rounded-control border border-line-strong bg-sheet px-3 placeholder:text-ink-faint"
        {...input}
      />
    </div>
  );
}
