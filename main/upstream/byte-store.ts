/** Bytes that are gathered piece by piece. */
export interface ByteStore {
  readonly length: number;
  append(piece: Uint8Array): void;
  /** Everything gathered; the store is empty after. */
  take(): Buffer;
  clear(): void;
}

const firstBytes = 1024;

/** A store that grows by doubling: time stays linear, and a trickle of single bytes costs no more than they do. */
export function makeByteStore(): ByteStore {
  let block = Buffer.alloc(0);
  let length = 0;
  return {
    get length() {
      return length;
    },
    append(piece) {
      const needed = length + piece.length;
      if (needed > block.length) {
        const grown = Buffer.allocUnsafeSlow(Math.max(firstBytes, needed, block.length * 2));
        block.copy(grown, 0, 0, length);
        block = grown;
      }
      block.set(piece, length);
      length = needed;
    },
    take() {
      const taken = block.subarray(0, length);
      block = Buffer.alloc(0);
      length = 0;
      return taken;
    },
    clear() {
      block = Buffer.alloc(0);
      length = 0;
    },
  };
}
