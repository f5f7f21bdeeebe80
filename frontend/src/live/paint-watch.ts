/** Measures how long words take from being heard of to the frame after they are painted. */

import type { CallAction } from "./call-reducer";

export class PaintWatch {
  private readonly heardAt = new Map<string, number>();

  /** Call it as the message arrives, before the state takes it. A hidden page paints nothing and is not measured. */
  hear(action: CallAction): void {
    if (document.hidden || !("stages" in action)) return;
    const key = "suggestion_id" in action ? action.suggestion_id : `${action.speaker}:${action.window}`;
    this.heardAt.set(key, performance.now());
  }

  /** Call it when all that was heard is in the document; `report` follows after the next frame. */
  committed(report: (key: string, ms: number) => void): void {
    if (this.heardAt.size === 0) return;
    const due = [...this.heardAt];
    this.heardAt.clear();
    afterPaint(() => {
      const now = performance.now();
      for (const [key, heard] of due) report(key, now - heard);
    });
  }
}

/** A frame's callback runs before it is painted; the task that it posts, after. */
function afterPaint(then: () => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      then();
    };
    port2.postMessage(null);
  });
}
