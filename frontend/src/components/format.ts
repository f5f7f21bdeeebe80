/** How times, amounts and counts are written. */

/** Seconds as 0:07, 12:34 or 1:02:03. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (part: number) => String(part).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

/** A decimal string as money, without passing through a float. */
export function money(amount: string): string {
  return dollars.format(amount as `${number}`);
}

const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const hourFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** An ISO time as 3 Mar 2026. */
export function day(iso: string): string {
  return dayFormat.format(new Date(iso));
}

/** Epoch milliseconds as 14:02 on the agent's clock. */
export function hour(epochMs: number): string {
  return hourFormat.format(epochMs);
}

/** A closed set's value as a word: wrap_up → Wrap up. */
export function word(value: string): string {
  const spaced = value.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
