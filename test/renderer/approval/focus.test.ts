import { describe, expect, test } from 'vitest';
import { place } from '../../../renderer/approval/focus.ts';
import { aCard } from '../../fakes/approval-card.ts';

const first = aCard({ id: 'a' });
const second = aCard({ id: 'b' });
const flood = aCard({ id: 'flood:con_1', state: 'collapsed' });

describe('the card in focus', () => {
  test('is the most urgent one at first', () => {
    expect(place([first, second], undefined)).toEqual({
      focus: first,
      others: [second],
      floods: [],
    });
  });

  test('stays when a more urgent one comes', () => {
    expect(place([second, first], { id: 'a', state: 'waiting' }).focus).toBe(first);
  });

  test('gives way when it is answered', () => {
    expect(place([second], { id: 'a', state: 'waiting' }).focus).toBe(second);
  });

  test('gives way to one that still waits when its time runs out', () => {
    const late = { ...first, state: 'expired' as const };
    expect(place([second, late], { id: 'a', state: 'waiting' }).focus).toBe(second);
    expect(place([late], { id: 'a', state: 'waiting' }).focus).toBe(late);
  });

  test('is never a flood, which has a line of its own', () => {
    expect(place([flood, first], undefined)).toEqual({ focus: first, others: [], floods: [flood] });
    expect(place([flood], undefined)).toEqual({ focus: undefined, others: [], floods: [flood] });
  });

  test('is none when nothing waits', () => {
    expect(place([], { id: 'a', state: 'waiting' }).focus).toBeUndefined();
  });
});
