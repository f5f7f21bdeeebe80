import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from "react";

/** How near to the end still counts as being there, in pixels. */
const nearEnd = 48;

export interface FollowedTail {
  scroller: RefObject<HTMLDivElement | null>;
  following: boolean;
  onScroll: () => void;
  jump: () => void;
}

/** Keeps a scroller at its end while the reader is there, and leaves it alone once they have scrolled up. */
export function useFollowTail(content: unknown): FollowedTail {
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);

  const toEnd = useCallback(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, []);

  useLayoutEffect(() => {
    if (following) toEnd();
  }, [content, following, toEnd]);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element !== null)
      setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight <= nearEnd);
  }, []);

  const jump = useCallback(() => {
    toEnd();
    setFollowing(true);
  }, [toEnd]);

  return { scroller, following, onScroll, jump };
}
