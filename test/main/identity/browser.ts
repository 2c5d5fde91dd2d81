interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** What the person before the browser does. */
export interface Play {
  /** Fills in the forms as this account, or leaves by the page's cancel link. */
  readonly as: string | 'cancel';
  /** Changes an address before it is asked for: how a test plays somebody in between. */
  readonly meddle?: (url: URL) => URL;
}

const attribute = (tag: string, name: string) =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&');

/** A browser that keeps its cookies, and so the provider's own session, from one sign-in to the next. */
export function makeBrowser() {
  let cookies: readonly Cookie[] = [];

  const take = (lines: readonly string[]) => {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? '/';
      cookies = cookies.filter((kept) => kept.name !== name || kept.path !== path);
      if (value !== '' && !/expires=Thu, 01 Jan 1970/i.test(line)) {
        cookies = [...cookies, { name, value, path }];
      }
    }
  };

  return {
    /** Follows redirects, fills in and submits each form, until a page has none. Counts the passwords asked for. */
    async visit(start: string, { as, meddle = (url) => url }: Play) {
      let url = new URL(start);
      let form: URLSearchParams | undefined;
      let logins = 0;
      for (let step = 0; step < 40; step += 1) {
        url = meddle(url);
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
        take(answer.headers.getSetCookie());
        const next = answer.headers.get('location');
        const text = await answer.text();
        form = undefined;
        if (next !== null) {
          url = new URL(next, url);
          continue;
        }
        const page = /<form[\s\S]*?<\/form>/.exec(text)?.[0];
        if (page === undefined) return { status: answer.status, url, text, logins };
        const action = attribute(page, 'action') ?? '';
        if (as === 'cancel') {
          url = new URL(action.replace(/\/?$/, '/abort'), url);
          continue;
        }
        form = new URLSearchParams();
        for (const tag of page.match(/<input[^>]*>/g) ?? []) {
          const name = attribute(tag, 'name');
          if (name === 'login') logins += 1;
          // A hint that stands in the form already is not who is there.
          const fixed = name === 'login' ? undefined : attribute(tag, 'value');
          if (name !== undefined) form.set(name, fixed ?? as);
        }
        url = new URL(action, url);
      }
      throw new Error('The pages went on and on.');
    },
  };
}
