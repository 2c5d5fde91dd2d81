import { crc32, deflateSync } from 'node:zlib';

/** @typedef {(x: number, y: number) => boolean} Shape whether a point of the unit square lies inside */
/** @typedef {{ size: number, pixels: Float64Array }} Canvas square; red, green, blue (0 to 255) and opacity (0 to 1) */

/** An empty canvas. @param {number} size pixels per side @returns {Canvas} */
export const canvas = (size) => ({ size, pixels: new Float64Array(size * size * 4) });

const samples = 8;

/**
 * Paints a shape over what is there, with smooth edges.
 * @param {Canvas} canvas
 * @param {Shape} shape
 * @param {(x: number, y: number) => string} colour #rrggbb at a point
 */
export function paint({ size, pixels }, shape, colour) {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const cover = coverage(shape, column / size, row / size, 1 / size);
      if (cover === 0) continue;
      const at = (row * size + column) * 4;
      const under = pixels[at + 3] ?? 0;
      const opacity = cover + under * (1 - cover);
      const hex = colour((column + 0.5) / size, (row + 0.5) / size);
      for (const channel of [0, 1, 2]) {
        const value = Number.parseInt(hex.slice(1 + channel * 2, 3 + channel * 2), 16);
        const below = (pixels[at + channel] ?? 0) * under * (1 - cover);
        pixels[at + channel] = (value * cover + below) / opacity;
      }
      pixels[at + 3] = opacity;
    }
  }
}

/** How much of a square at x, y the shape covers, 0 to 1. @param {Shape} shape @param {number} x @param {number} y @param {number} side */
function coverage(shape, x, y, side) {
  let inside = 0;
  for (let i = 0; i < samples * samples; i++) {
    const [dx, dy] = [(i % samples) + 0.5, Math.floor(i / samples) + 0.5];
    if (shape(x + (dx / samples) * side, y + (dy / samples) * side)) inside++;
  }
  return inside / (samples * samples);
}

/** The canvas as a PNG file: 8 bits a channel, RGBA (ISO/IEC 15948). @param {Canvas} canvas */
export function png({ size, pixels }) {
  const rows = Buffer.alloc(size * (size * 4 + 1)); // each row begins with its filter type, 0: none
  for (let row = 0; row < size; row++) {
    for (let i = 0; i < size * 4; i++) {
      const value = pixels[row * size * 4 + i] ?? 0;
      rows[row * (size * 4 + 1) + 1 + i] = Math.round(i % 4 === 3 ? value * 255 : value);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
