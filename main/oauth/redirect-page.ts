const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (found) => escapes[found] ?? '');

/** The page that a person sees in the browser after a sign-in: a heading and one sentence, nothing active. */
export const redirectPage = (heading: string, sentence: string): string =>
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escaped(heading)}</title>
<h1>${escaped(heading)}</h1>
<p>${escaped(sentence)}</p>
</html>
`;
