import { useId, useState } from "react";

import { RequestFailed } from "../../api/http";
import { signIn, type User } from "../../api/session";
import { Button } from "../../components/button";

/** E-mail and password; what is wrong with them is said beside them. */
export function SignInForm({ onSignedIn }: { onSignedIn: (user: User) => void }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function submit(form: FormData): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      onSignedIn(await signIn(form.get("email") as string, form.get("password") as string));
    } catch (error) {
      setFailure(error instanceof RequestFailed ? error.message : "Something went wrong in this page.");
      setBusy(false);
    }
  }

  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      <Field label="E-mail" name="email" type="email" autoComplete="username" />
      <Field label="Password" name="password" type="password" autoComplete="current-password" />
      <p
        role="alert"
        className={failure === null ? "" : "rounded-control bg-alert-wash px-3 py-2 text-alert"}
      >
        {failure}
      </p>
      <Button look="primary" large type="submit" disabled={busy} className="w-full">
        {busy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}

interface FieldProps {
  label: string;
  name: string;
  type: string;
  autoComplete: string;
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
        required
        className="mt-1 min-h-11 w-full rounded-control border border-line-strong bg-sheet px-3"
        {...input}
      />
    </div>
  );
}
