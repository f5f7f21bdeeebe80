/** Float samples (−1 to 1) of one or more channels as interleaved signed 16-bit little-endian. */
export function toPcm16(channels: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const length = channels[0]?.length ?? 0;
  const pcm = new DataView(new ArrayBuffer(2 * length * channels.length));
  channels.forEach((samples, channel) => {
    for (let i = 0; i < length; i++) {
      const sample = Math.max(-1, Math.min(1, samples[i] ?? 0));
      pcm.setInt16(2 * (i * channels.length + channel), Math.round(sample * 32_767), true);
    }
  });
  return new Uint8Array(pcm.buffer);
}

/** The loudest sample of s16le audio, 0 to 1. */
export function peakOf(pcm: Uint8Array<ArrayBuffer>): number {
  let peak = 0;
  for (const sample of new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2)) {
    peak = Math.max(peak, Math.abs(sample));
  }
  return peak / 32_768;
}
