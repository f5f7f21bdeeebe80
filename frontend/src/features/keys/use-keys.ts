import { useEffect } from "react";

import { preference } from "../../components/preferences";

/**
 * Single keys press the button, or enter the field, that carries them in `data-key`: what is not on the page or
 * disabled has no key. Never while typing, and only where the person wants them; `?` always opens the sheet. A key held
 * down is one press.
 */
export function useKeys(onHelp: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const at = event.target;
      if (
        at instanceof HTMLElement &&
        at.matches("input:not([type=checkbox], [type=radio]), textarea, select")
      ) {
        if (event.key === "Escape") at.blur();
        return;
      }
      if (event.key === "?") onHelp();
      else if (!preference("single-keys") || document.querySelector("dialog[open]") !== null) return;
      else if (!pressKey(event.key)) return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [onHelp]);
}

/** Whether there was something to press. */
function pressKey(key: string): boolean {
  const carrier = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
  if (carrier === null) return false;
  if (carrier instanceof HTMLInputElement) carrier.focus();
  else carrier.click();
  return true;
}
