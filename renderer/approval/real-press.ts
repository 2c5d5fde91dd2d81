import type { KeyboardEvent, MouseEvent } from 'react';

/**
 * Wraps a click handler so that only what a person did counts: script that calls `click()` or dispatches an event
 * makes one that is not trusted. Main checks again with what the operating system delivered.
 */
export const whenReal =
  (act: () => void) =>
  (event: MouseEvent): void => {
    if (event.nativeEvent.isTrusted) act();
  };

/** A key that is held down must not run on into the next card, so its repeats press nothing. */
export const noRepeat = (event: KeyboardEvent): void => {
  if (event.repeat) event.preventDefault();
};
