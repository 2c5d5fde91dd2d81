import { makeByteStore } from './byte-store.ts';

/** One event that is complete and holds data. */
interface SseMessage {
  /** Its type; `message` where the stream names none. */
  readonly event: string;
  /** Its data. The line feeds between several `data:` lines are spaces here: one event is one line. */
  readonly data: Buffer;
}

/** An event that grew beyond the limit; the rest of it is thrown away as it comes. */
interface SseTooLarge {
  readonly tooLarge: true;
}

/** What a chunk completed. */
export type SseEvent = SseMessage | SseTooLarge;

/** Reads an event stream (WHATWG HTML, section 9.2 "Server-sent events"). */
export interface SseParser {
  /** The events this chunk completes. */
  push(chunk: Buffer): readonly SseEvent[];
  /** The id to resume after, each byte one character as headers have it; undefined where the stream gave none. */
  readonly lastEventId: string | undefined;
  /** How long the server wants us to wait before we connect again, in milliseconds. */
  readonly retryMs: number | undefined;
  /** Bytes kept of the event that is not complete yet. */
  readonly held: number;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const dataName = 'data:';
const joint = Buffer.from(' ');
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Names and values other than data are short; a longer line of another kind is nothing we know. */
const shortBytes = 4 * 1024;
/** A longer id fits no request header: such an event cannot be resumed after. */
const idBytes = 2 * 1024;
/** A number with more digits than this is no time anybody waits. */
const retryDigits = 9;

/**
 * A parser for events whose data has at most `limit` bytes. It works on bytes, so that whatever the data holds (invalid
 * UTF-8 too) comes out as it came. Lines end at LF, CR or CRLF, wherever the chunks are cut.
 */
export function makeSseParser(limit: number): SseParser {
  const data = makeByteStore();
  const line = makeByteStore();
  /** The first characters of a line, until it is known what the line is. */
  let head = '';
  let kind: 'unknown' | 'data' | 'other' = 'unknown';
  let valueBegan = false;
  let lineTooLong = false;
  let dataLines = 0;
  let tooLarge = false;
  let event = '';
  let nextId: string | undefined;
  let lastEventId: string | undefined;
  let retryMs: number | undefined;
  let afterReturn = false;
  /** How much of a byte order mark at the very beginning was seen; -1 once past it. */
  let mark = 0;

  function push(chunk: Buffer): readonly SseEvent[] {
    const events: SseEvent[] = [];
    let at = mark < 0 ? 0 : skipMark(chunk);
    // Each is looked for again only once it was passed: time stays linear however many lines a chunk has.
    let feed = -1;
    let carriage = -1;
    while (at < chunk.length) {
      if (afterReturn) {
        afterReturn = false;
        if (chunk[at] === lineFeed) {
          at += 1;
          continue;
        }
      }
      if (feed < at) feed = found(chunk, lineFeed, at);
      if (carriage < at) carriage = found(chunk, carriageReturn, at);
      const end = Math.min(feed, carriage);
      if (end > at) take(chunk.subarray(at, end));
      if (end === chunk.length) break;
      afterReturn = end === carriage;
      finishLine(events);
      at = end + 1;
    }
    return events;
  }

  function skipMark(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && mark < byteOrderMark.length && chunk[at] === byteOrderMark[mark]) {
      mark += 1;
      at += 1;
    }
    if (at === chunk.length && mark < byteOrderMark.length) return at;
    // What began like a mark and was none belongs to the first line.
    if (mark < byteOrderMark.length && mark > 0) take(byteOrderMark.subarray(0, mark));
    mark = -1;
    return at;
  }

  /** Takes a piece of the present line, without its end. */
  function take(piece: Buffer): void {
    let rest = piece;
    if (kind === 'unknown') {
      const missing = dataName.length - head.length;
      head += rest.toString('latin1', 0, missing);
      rest = rest.subarray(missing);
      if (head.length < dataName.length) return;
      kind = head === dataName ? 'data' : 'other';
      if (kind === 'data') beginData();
      else line.append(Buffer.from(head, 'latin1'));
    }
    if (rest.length === 0) return;
    if (kind === 'data') {
      addData(valueBegan || rest[0] !== space ? rest : rest.subarray(1));
      valueBegan = true;
    } else if (line.length + rest.length > shortBytes) {
      lineTooLong = true;
    } else {
      line.append(rest);
    }
  }

  function beginData(): void {
    if (dataLines > 0) addData(joint);
    dataLines += 1;
  }

  function addData(piece: Buffer): void {
    if (tooLarge) return;
    if (data.length + piece.length > limit) {
      tooLarge = true;
      data.clear();
    } else {
      data.append(piece);
    }
  }

  function finishLine(events: SseEvent[]): void {
    if (kind === 'unknown') {
      if (head === '') dispatch(events);
      else field(head);
    } else if (kind === 'other' && !lineTooLong) {
      field(line.take().toString('latin1'));
    }
    line.clear();
    head = '';
    kind = 'unknown';
    valueBegan = false;
    lineTooLong = false;
  }

  function field(text: string): void {
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') beginData();
    else if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) nextId = value;
    else if (name === 'retry' && /^\d+$/.test(value) && value.length <= retryDigits)
      retryMs = Number(value);
  }

  function dispatch(events: SseEvent[]): void {
    // Only now: an id whose event was cut off would resume after something that never came.
    if (nextId !== undefined)
      lastEventId = nextId === '' || nextId.length > idBytes ? undefined : nextId;
    if (tooLarge) events.push({ tooLarge: true });
    else if (data.length > 0) events.push({ event: event || 'message', data: data.take() });
    dataLines = 0;
    tooLarge = false;
    event = '';
  }

  return {
    push,
    get lastEventId() {
      return lastEventId;
    },
    get retryMs() {
      return retryMs;
    },
    get held() {
      return data.length + line.length;
    },
  };
}

const found = (chunk: Buffer, byte: number, from: number): number => {
  const at = chunk.indexOf(byte, from);
  return at < 0 ? chunk.length : at;
};
