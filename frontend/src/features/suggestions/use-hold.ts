import { useCallback, useEffect, useRef, useState } from "react";

/** How long after the last touch a thing stays where it is. */
const holdMs = 3_000;

/** Whether something was touched a moment ago, and how to say that it was. */
export function useHold(): [boolean, () => void] {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const touch = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setHeld(false), holdMs);
    setHeld(true);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return [held, touch];
}
