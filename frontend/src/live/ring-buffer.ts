/**
 * The last stretch of what was recorded, numbered by byte, kept whether or not the server has confirmed it.
 *
 * Chunks stand at increasing offsets. Where one does not follow the one before (time that was never recorded)
 * or where the oldest were pushed out, the bytes between are *not held*; whoever reads declares them as a gap.
 */

interface Chunk {
  start: number;
  bytes: Uint8Array<ArrayBuffer>;
}

export type Held =
  { kind: "bytes"; start: number; bytes: Uint8Array<ArrayBuffer> } | { kind: "missing"; to: number };

export class RingBuffer {
  private chunks: Chunk[] = [];
  private held = 0;

  /** The offset one past the last numbered byte. */
  end = 0;

  constructor(private readonly capacity: number) {}

  /** Numbers `bytes` on from `end`; the oldest chunks leave when more than `capacity` bytes are held. */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    this.chunks.push({ start: this.end, bytes });
    this.end += bytes.length;
    this.held += bytes.length;
    let out = 0;
    while (this.held > this.capacity) this.held -= this.chunks[out++]?.bytes.length ?? 0;
    if (out > 0) this.chunks.splice(0, out);
  }

  /** Numbers `length` bytes that were never recorded. */
  skip(length: number): void {
    this.end += length;
  }

  /** Moves every number up by `by`: a leg begun by an earlier page goes on where that one stopped. */
  shift(by: number): void {
    for (const chunk of this.chunks) chunk.start += by;
    this.end += by;
  }

  /** What stands at `offset`: up to `limit` bytes, or how far nothing is held. Null at `end`. */
  read(offset: number, limit: number): Held | null {
    if (offset >= this.end) return null;
    const index = this.chunks.findIndex((chunk) => chunk.start + chunk.bytes.length > offset);
    const first = this.chunks[index];
    if (first === undefined) return { kind: "missing", to: this.end };
    if (first.start > offset) return { kind: "missing", to: first.start };
    return { kind: "bytes", start: offset, bytes: this.join(index, offset, limit) };
  }

  /** Bytes from `offset` on, over as many chunks as follow each other without a hole. */
  private join(index: number, offset: number, limit: number): Uint8Array<ArrayBuffer> {
    const joined = new Uint8Array(Math.min(limit, this.end - offset));
    let filled = 0;
    for (const chunk of this.chunks.slice(index)) {
      const at = offset + filled - chunk.start;
      if (at < 0 || filled === joined.length) break;
      const piece = chunk.bytes.subarray(at, at + joined.length - filled);
      joined.set(piece, filled);
      filled += piece.length;
    }
    return joined.slice(0, filled);
  }
}
