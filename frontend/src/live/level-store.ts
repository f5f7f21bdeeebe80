/** The level of the sound being sent, 0 to 1. Apart from the call's state: it changes with every frame. */
export class LevelStore {
  private level = 0;
  private readonly listeners = new Set<() => void>();

  readonly get = (): number => this.level;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(level: number): void {
    this.level = level;
    this.listeners.forEach((listener) => listener());
  }
}
