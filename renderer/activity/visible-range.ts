/** Which rows of a long list are drawn: from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Rows drawn beyond each edge of the view, so that scrolling and the arrow keys meet no gap. */
export const spareRows = 12;

/** The rows to draw for a scroll position; all measures in pixels, every row equally high. */
export function visibleRange(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  count: number,
): Range {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight);
  const shown = Math.ceil(viewHeight / rowHeight) + 1;
  const start = Math.min(Math.max(0, first - spareRows), Math.max(0, count - 1));
  return { start: count === 0 ? 0 : start, end: Math.min(count, first + shown + spareRows) };
}
