import type { SettingHold } from '../../shared/managed-status.ts';

/** What is wrong with a typed setting, as a sentence for beside its field; empty where nothing is. */
export type Check = (text: string) => string;

/** Seconds until silence denies; the contract has the same bounds. */
export const checkSeconds: Check = (text) => {
  const seconds = Number(text);
  return text.trim() !== '' && Number.isInteger(seconds) && seconds >= 10 && seconds <= 55
    ? ''
    : 'Give whole seconds from 10 to 55. Most clients stop waiting after 60.';
};

/** Where the audit goes: nowhere, or an http(s) address. */
export const checkEndpoint: Check = (text) => {
  if (text === '') return '';
  // URL repairs `https:host`; the contract wants the slashes written out.
  return /^https?:\/\//i.test(text) && URL.canParse(text)
    ? ''
    : 'Give a full address that begins with https://, or leave it empty.';
};

/** A global shortcut in Electron's notation; main says whether the system lets it be taken. */
export const checkShortcut: Check = (text) =>
  text.length <= 64 ? '' : 'A shortcut has at most 64 characters.';

/** Refuses more seconds than the organisation allows: the sooner silence denies, the stricter. */
export const checkFloor = (text: string, hold: SettingHold | undefined): string =>
  hold?.hold === 'floored' && typeof hold.floor === 'number' && Number(text) > hold.floor
    ? hold.sentence
    : '';
