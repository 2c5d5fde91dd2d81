/** What a person does with a page that has forms. */
export interface Visit {
  /** Chooses the form's button, or leaves by the page's cancel link. */
  readonly choose: 'agree' | 'cancel';
  readonly login?: string;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

const attribute = (tag: string, name: string) =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&');

/**
 * Plays the browser and the person before it: follows redirects with cookies, fills in and submits each form, until a
 * page has none. Returns that page.
 */
export async function visit(start: string, { choose, login = 'ada' }: Visit) {
  let cookies: readonly Cookie[] = [];
  let url = new URL(start);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 30; step += 1) {
    const cookie = cookies
      .filter(({ path }) => url.pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const answer = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }) },
      ...(form === undefined ? {} : { body: form }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? '/';
      cookies = cookies.filter((kept) => kept.name !== name || kept.path !== path);
      if (value !== '' && !/expires=Thu, 01 Jan 1970/i.test(line)) {
        cookies = [...cookies, { name, value, path }];
      }
    }
    const next = answer.headers.get('location');
    const text = await answer.text();
    form = undefined;
    if (next !== null) {
      url = new URL(next, url);
      continue;
    }
    const page = /<form[\s\S]*?<\/form>/.exec(text)?.[0];
    if (page === undefined) return { status: answer.status, url, text, headers: answer.headers };
    const action = attribute(page, 'action') ?? '';
    if (choose === 'cancel') {
      url = new URL(action.replace(/\/?$/, '/abort'), url);
      continue;
    }
    form = new URLSearchParams();
    for (const tag of page.match(/<input[^>]*>/g) ?? []) {
      const name = attribute(tag, 'name');
      if (name !== undefined) form.set(name, attribute(tag, 'value') ?? login);
    }
    url = new URL(action, url);
  }
  throw new Error('The pages went on and on.');
}
