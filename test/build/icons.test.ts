import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { canvas, paint, png } from '../../build/png.mjs';

const folder = path.resolve(import.meta.dirname, '../../build/icons');
const states = ['protected', 'attention', 'monitor', 'stopped'] as const;

/** Size and RGBA bytes of a PNG that png.mjs wrote: one IDAT, no filters. */
function decode(file: Buffer): { readonly size: number; readonly opacity: readonly number[] } {
  expect(file.subarray(1, 4).toString()).toBe('PNG');
  const size = file.readUInt32BE(16);
  const length = file.readUInt32BE(33);
  const rows = inflateSync(file.subarray(41, 41 + length));
  const opacity: number[] = [];
  for (let row = 0; row < size; row++) {
    for (let x = 0; x < size; x++) opacity.push(rows[row * (size * 4 + 1) + 4 + x * 4] ?? -1);
  }
  return { size, opacity };
}

const icon = (name: string) => decode(readFileSync(path.join(folder, name)));

describe('tray icons', () => {
  test.each(states)('%s comes in both sizes, coloured and as a macOS template', (state) => {
    for (const kind of ['', 'Template']) {
      expect(icon(`tray-${state}${kind}.png`).size).toBe(16);
      expect(icon(`tray-${state}${kind}@2x.png`).size).toBe(32);
    }
  });

  test('tell the states apart by shape, for people who do not see the colours', () => {
    for (const one of states) {
      for (const other of states.filter((state) => state !== one)) {
        const [a, b] = [icon(`tray-${one}Template.png`), icon(`tray-${other}Template.png`)];
        const different = a.opacity.filter(
          (value, i) => Math.abs(value - (b.opacity[i] ?? 0)) > 128,
        );
        expect(different.length, `${one} and ${other}`).toBeGreaterThan(8);
      }
    }
  });
});

describe('the app icon', () => {
  test('is large enough for every packager', () => {
    expect(icon('icon.png').size).toBe(512);
  });
});

describe('painting', () => {
  test('covers what is inside, spares what is outside, and smooths the edge', () => {
    const image = canvas(4);
    paint(
      image,
      (x) => x < 0.625,
      () => '#ffffff',
    );
    expect(decode(png(image)).opacity.slice(0, 4)).toEqual([255, 255, 128, 0]);
  });
});
