import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { canvas, paint, png } from './png.mjs';
import { inRoot, say } from './steps.mjs';

// node build/icons.mjs draws build/icons/: the app's icon and one tray icon for each state. The states differ by
// outline and mark, not by colour alone. Shapes are functions of a point in the unit square: true inside.

/** @typedef {import('./png.mjs').Shape} Shape */

/** @param {number} x @param {number} y @param {number} r @returns {Shape} */
const disc = (x, y, r) => (px, py) => (px - x) ** 2 + (py - y) ** 2 <= r * r;

/** A line with round ends. @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {number} width @returns {Shape} */
const stroke = (x1, y1, x2, y2, width) => (px, py) => {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = ((px - x1) * dx + (py - y1) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(px - x1 - t * dx, py - y1 - t * dy) <= width / 2;
};

/** A square around the middle. @param {number} half @param {number} radius of its corners @returns {Shape} */
const square = (half, radius) => (px, py) => {
  const x = Math.max(0, Math.abs(px - 0.5) - half + radius);
  const y = Math.max(0, Math.abs(py - 0.5) - half + radius);
  return Math.hypot(x, y) <= radius;
};

/** A shield around the middle, `inset` smaller on every side. @param {number} inset @returns {Shape} */
const shield =
  (inset = 0) =>
  (px, py) => {
    const [top, shoulder, tip] = [0.06 + inset, 0.46, 0.97 - inset * 1.25];
    if (py < top || py > tip) return false;
    const half = 0.42 - inset;
    if (py > shoulder)
      return Math.abs(px - 0.5) <= half * (1 - ((py - shoulder) / (tip - shoulder)) ** 2);
    const [x, y] = [Math.abs(px - 0.5) - half + 0.1, top + 0.1 - py];
    return x <= 0 || y <= 0 ? Math.abs(px - 0.5) <= half : Math.hypot(x, y) <= 0.1;
  };

/** @param {Shape[]} shapes @returns {Shape} */
const any =
  (...shapes) =>
  (x, y) =>
    shapes.some((shape) => shape(x, y));

/** @param {Shape} shape @param {Shape} hole @returns {Shape} */
const without = (shape, hole) => (x, y) => shape(x, y) && !hole(x, y);

const check = any(stroke(0.3, 0.47, 0.45, 0.62, 0.12), stroke(0.45, 0.62, 0.71, 0.32, 0.12));
const exclamation = any(stroke(0.5, 0.26, 0.5, 0.5, 0.14), disc(0.5, 0.7, 0.085));

/** Outline, mark and colour of each state. @type {Record<string, { outline: Shape, mark: Shape, colour: string }>} */
const states = {
  protected: { outline: shield(), mark: check, colour: '#1f9d61' },
  attention: { outline: shield(), mark: exclamation, colour: '#e08a00' },
  monitor: {
    outline: any(without(shield(), shield(0.1)), disc(0.5, 0.46, 0.15)),
    mark: () => false,
    colour: '#2f7de1',
  },
  stopped: { outline: square(0.42, 0.1), mark: square(0.17, 0.02), colour: '#d23c3c' },
};

/** The wheel of an airlock's hatch. @type {Shape} */
const wheel = any(
  without(disc(0.5, 0.47, 0.19), disc(0.5, 0.47, 0.135)),
  ...[90, 210, 330].map((degrees) => {
    const turn = (degrees * Math.PI) / 180;
    return stroke(0.5, 0.47, 0.5 + 0.16 * Math.cos(turn), 0.47 - 0.16 * Math.sin(turn), 0.05);
  }),
  disc(0.5, 0.47, 0.055),
);

/** @param {number} factor @param {Shape} shape @returns {Shape} the shape at another size, around the middle */
const scaled = (factor, shape) => (x, y) =>
  shape((x - 0.5) / factor + 0.5, (y - 0.5) / factor + 0.5);

/** From dark blue to darker, downwards. @param {number} y */
const night = (y) => {
  const mix = [0x1d - 0x0f * y, 0x3f - 0x1c * y, 0x60 - 0x28 * y];
  return `#${mix.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
};

/** @param {string} name @param {Uint8Array} image */
function write(name, image) {
  const folder = inRoot('build', 'icons');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), image);
}

const app = canvas(512);
paint(app, square(0.47, 0.2), (_, y) => night(y));
paint(app, scaled(0.72, shield()), () => '#f4f8fb');
paint(app, scaled(1.05, wheel), () => '#1f9d61');
write('icon.png', png(app));

for (const [state, { outline, mark, colour }] of Object.entries(states)) {
  for (const [suffix, size] of /** @type {const} */ ([
    ['', 16],
    ['@2x', 32],
  ])) {
    const coloured = canvas(size);
    paint(coloured, outline, () => colour);
    paint(coloured, mark, () => '#ffffff');
    write(`tray-${state}${suffix}.png`, png(coloured));

    // macOS recolours a template: only its transparency counts.
    const template = canvas(size);
    paint(template, without(outline, mark), () => '#000000');
    write(`tray-${state}Template${suffix}.png`, png(template));
  }
}
say('Icons: drawn into build/icons.');
