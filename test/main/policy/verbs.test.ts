import { describe, expect, test } from 'vitest';
import { readDescription, readName, wordsOf } from '../../../main/policy/verbs.ts';

describe('the words of a name', () => {
  test.each([
    ['read_file', ['read', 'file']],
    ['readFile', ['read', 'file']],
    ['ReadTextFile', ['read', 'text', 'file']],
    ['get-sum', ['get', 'sum']],
    ['github.issues.list', ['github', 'issues', 'list']],
    ['getHTTPStatus', ['get', 'http', 'status']],
    ['v2Query', ['v', '2', 'query']],
    ['  Read  File! ', ['read', 'file']],
    ['прочитай_файл', ['прочитай', 'файл']],
    ['', []],
  ])('%s', (name, words) => {
    expect(wordsOf(name)).toEqual(words);
  });

  test('an endless name is cut', () => {
    expect(wordsOf('x'.repeat(100_000))).toEqual(['x'.repeat(256)]);
  });
});

describe('the deciding verb', () => {
  test.each([
    ['list_commits', 'read', 'list'],
    ['commit', 'write', 'commit'],
    ['commit_search', 'read', 'search'],
    ['post_message', 'send', 'post'],
    ['message_send', 'send', 'send'],
    ['get_post', 'read', 'get'],
    ['log_event', 'soft', 'log'],
    ['git_log', 'read', 'log'],
    ['get_deleted_items', 'read', 'get'],
    ['check_delete_permission', 'destroy', 'delete'],
    ['read_and_delete', 'destroy', 'delete'],
    ['find_or_create', 'write', 'create'],
    ['open_page', 'soft', 'open'],
    ['open_url', 'send', 'open'],
    ['fetch', 'send', 'fetch'],
    ['fetch_issue', 'read', 'fetch'],
    ['search_urls', 'read', 'search'],
    ['sunshine', undefined, ''],
  ])('of %s', (name, kind, verb) => {
    expect(readName(name)).toMatchObject({ kind, verb });
  });

  test('names that look at secrets say so, counting them does not', () => {
    expect(readName('get-env').secret).toBe('env');
    expect(readName('listSecrets').secret).toBe('secrets');
    expect(readName('count_tokens').secret).toBeUndefined();
    expect(readName('get_environment').secret).toBeUndefined();
  });
});

describe('a description', () => {
  test.each([
    ['Deletes a file.', 'destroy', 'delete'],
    ['Sending mail to people', 'send', 'send'],
    ['Reads it. This cannot be undone.', 'destroy', 'cannot be undone'],
    ['Helper that executes an arbitrary command', 'execute', 'arbitrary command'],
  ])('admits: %s', (text, level, words) => {
    expect(readDescription(text)).toEqual({ level, words });
  });

  test.each(['Read the contents of a file.', 'Run a read-only query', 'A list of things', ''])(
    'admits nothing: %s',
    (text) => {
      expect(readDescription(text)).toBeUndefined();
    },
  );
});
