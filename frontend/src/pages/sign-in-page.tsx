import type { User } from "../api/session";
import { Wordmark } from "../components/wordmark";
import { SignInForm } from "../features/sign-in/sign-in-form";

export function SignInPage({ onSignedIn }: { onSignedIn: (user: User) => void }) {
  return (
    <main className="grid min-h-dvh place-items-center px-5 py-10">
      <title>Sign in – Earpiece</title>
      <div className="w-full max-w-sm">
        <Wordmark />
        <h1 className="mt-8 mb-5 text-say font-semibold">Sign in</h1>
        <SignInForm onSignedIn={onSignedIn} />
      </div>
    </main>
  );
}
