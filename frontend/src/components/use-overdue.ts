import { useEffect, useState } from "react";

/** Whether `waiting` has been true for longer than `seconds`: time to say more than "wait". */
export function useOverdue(waiting: boolean, seconds: number): boolean {
  const [overdue, setOverdue] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setOverdue(true), seconds * 1_000);
    return () => {
      clearTimeout(timer);
      setOverdue(false);
    };
  }, [waiting, seconds]);
  return waiting && overdue;
}
