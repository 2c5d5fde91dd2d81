import type { Tone } from '../components/risk-words.ts';

const shapes: Readonly<Record<Tone | 'stop' | 'clock' | 'lock', string>> = {
  // Circle with an i, tick, triangle and octagon with a mark: each tone has its own outline.
  neutral: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM5 8h6',
  info: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM8 7.2v3.8M8 5v.1',
  ok: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM5.2 8.2l2 2 3.6-4.2',
  warn: 'M8 1.8 15 14H1L8 1.8ZM8 6.2v3.6M8 11.8v.1',
  danger: 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3l3.8-3.8ZM8 4.8v4M8 11v.1',
  stop: 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3l3.8-3.8ZM5.8 5.8h4.4v4.4H5.8z',
  clock: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM8 4.5V8l2.4 1.6',
  lock: 'M8 1.3 14 3.6v4c0 3.4-2.4 6-6 7.1-3.6-1.1-6-3.7-6-7.1v-4L8 1.3Z',
};

/** A small drawn sign beside words that say the same; hidden from screen readers. */
export function Glyph({ shape }: { readonly shape: keyof typeof shapes }) {
  return (
    <svg className="glyph" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={shapes[shape]} />
    </svg>
  );
}
