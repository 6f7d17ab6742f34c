/** What holds for every page, in every state, in every language, and whatever names an attacker chooses. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { findAsset } from './assets.ts';
import { translate } from './messages.ts';
import type { Chosen } from './testing/specimens.ts';
import { honest, specimens } from './testing/specimens.ts';

const english = translate('en');
const german = translate('de');

const attack = (place: string): string => `"><img src=x onerror=alert(1)>'&<script>${place}</script>`;

/** Everything that others may choose is chosen by an attacker. */
const hostile: Chosen = {
  application: {
    name: attack('application'),
    logoUri: 'https://evil.example/"><script>logo</script>',
    accent: '#ffffff;}</style><script>accent</script>',
  },
  asker: attack('asker'),
  user: attack('user'),
  device: attack('device'),
  what: attack('what'),
  loginHint: attack('hint'),
  demoHint: attack('demo'),
  details: [{ label: attack('label'), value: attack('value') }],
  scopes: [attack('scope'), ''],
  csrf: attack('csrf'),
};

interface Page {
  readonly name: string;
  readonly html: string;
}

const pagesOf = async (origin: string, chosen: Chosen, t: typeof english): Promise<readonly Page[]> =>
  Object.entries(await specimens(chosen, t)).map(([name, html]) => ({ name: `${origin}: ${name}`, html }));

const honestPages = [
  ...(await pagesOf('en', honest(english), english)),
  ...(await pagesOf('de', honest(german), german)),
];
const hostilePages = await pagesOf('hostile', hostile, english);
const pages = [...honestPages, ...hostilePages];

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** The start tags of a page. Good enough to read what we write: every attribute value of ours is quoted. */
const tagsOf = (html: string): readonly Tag[] =>
  [...html.matchAll(/<([a-z][a-z0-9]*)((?:\s+[a-z:-]+(?:="[^"]*")?)*)\s*\/?>/giu)].map(
    ([, name = '', attributes = '']) => ({
      name: name.toLowerCase(),
      attributes: new Map(
        [...attributes.matchAll(/([a-z:-]+)(?:="([^"]*)")?/giu)].map(([, key = '', value = '']) => [key, value]),
      ),
    }),
  );

const tagsNamed = (html: string, name: string): readonly Tag[] => tagsOf(html).filter((tag) => tag.name === name);

const attribute = (tag: Tag, name: string): string => tag.attributes.get(name) ?? '';

const HANDED_OVER = /form-post$/u;
/** A code that somebody brought by a link is shown, for them to confirm. */
const BROUGHT = /challenge-email-link$/u;

/** Whoever stops a recovery has a word for that alone, in a browser that knows nothing of it. */
const BY_WORD = /recover-stop$/u;

test('every page is a whole document in its language with one main and one heading', () => {
  for (const { name, html } of pages) {
    assert.match(html, /^<!doctype html>\n<html lang="(?:en|de)">/u, name);
    assert.match(html, /<meta name="viewport" content="width=device-width, initial-scale=1">/u, name);
    assert.match(html, /<title>[^<]+ · [^<]+<\/title>/u, name);
    for (const landmark of ['header', 'main', 'footer', 'h1']) {
      assert.equal(tagsNamed(html, landmark).length, 1, `${name}: ${landmark}`);
    }
    assert.doesNotMatch(html, /undefined|\[object|NaN|function|=>/u, name);
  }
});

test('headings do not skip a level', () => {
  for (const { name, html } of pages) {
    const levels = tagsOf(html).filter((tag) => /^h\d$/u.test(tag.name));
    assert.deepEqual(
      levels.filter((tag) => !['h1', 'h2'].includes(tag.name)),
      [],
      name,
    );
    assert.equal(levels[0]?.name, 'h1', name);
  }
});

test('no hostile name, hint or description leaves its place', () => {
  for (const { name, html } of hostilePages) {
    assert.doesNotMatch(html, /<script>/u, name);
    assert.doesNotMatch(html, /<img src=x/u, name);
    assert.doesNotMatch(html, /["']>&lt;|"" ?>/u, name);
  }
  const shown = hostilePages.map(({ html }) => html).join('');
  for (const place of ['application', 'asker', 'user', 'device', 'what', 'hint', 'demo', 'label', 'value', 'scope']) {
    assert.match(shown, new RegExp(`&lt;script&gt;${place}&lt;/script&gt;`, 'u'), place);
  }
  assert.doesNotMatch(shown, /&lt;script&gt;accent|<\/style>/u, 'an accent that is no colour is not used at all');
});

test('no page needs inline script or style, and every file it refers to exists', () => {
  for (const { name, html } of pages) {
    assert.doesNotMatch(html, /<style|\sstyle="|\son[a-z]+="/iu, name);
    assert.doesNotMatch(html.replaceAll(/&[a-z]+;/gu, ''), /(?:href|src|action)="\s*(?:javascript|data):/iu, name);
    const scripts = tagsNamed(html, 'script');
    assert.ok(scripts.length > 0, name);
    const fromFiles = html.match(/<script src="[^"]+" defer><\/script>/gu) ?? [];
    assert.equal(fromFiles.length, scripts.length, name);
    const files = [...scripts, ...tagsNamed(html, 'link')].map(
      (tag) => attribute(tag, 'src') || attribute(tag, 'href'),
    );
    for (const file of files) {
      const url = new URL(file, 'https://login.example');
      assert.equal(findAsset(url.pathname)?.etag, `"${url.searchParams.get('v')}"`, `${name}: ${file}`);
    }
  }
});

test('every form carries csrf, except the one that goes to somebody else and the one with a word of its own', () => {
  for (const { name, html } of pages) {
    const forms = tagsNamed(html, 'form');
    assert.ok(forms.length <= 1, name);
    const tokens = tagsNamed(html, 'input').filter((tag) => attribute(tag, 'name') === 'csrf');
    const expected = forms.length === 1 && !HANDED_OVER.test(name) && !BY_WORD.test(name) ? 1 : 0;
    assert.equal(tokens.length, expected, name);
    for (const form of forms) {
      assert.equal(attribute(form, 'method'), 'post', name);
      assert.notEqual(attribute(form, 'action'), '', name);
    }
  }
});

test('every input that people fill in has a label, and everything it is described by exists', () => {
  for (const { name, html } of pages) {
    const ids = new Set(tagsOf(html).map((tag) => attribute(tag, 'id')));
    const labelled = new Set(tagsNamed(html, 'label').map((tag) => attribute(tag, 'for')));
    for (const input of tagsNamed(html, 'input')) {
      const type = attribute(input, 'type');
      if (['hidden', 'checkbox', 'radio'].includes(type) || input.attributes.has('readonly')) continue;
      assert.ok(labelled.has(attribute(input, 'id')), `${name}: label of ${attribute(input, 'name')}`);
      assert.ok(input.attributes.has('autocomplete'), `${name}: autocomplete of ${attribute(input, 'name')}`);
      const describedBy = attribute(input, 'aria-describedby').split(' ').filter(Boolean);
      for (const id of describedBy) assert.ok(ids.has(id), `${name}: ${id}`);
      if (input.attributes.has('aria-invalid')) {
        assert.ok(
          describedBy.some((id) => /alert|error/u.test(id)),
          name,
        );
      }
    }
  }
});

test('every button and link outside the form belongs to a form that exists; every label points at an input', () => {
  for (const { name, html } of pages) {
    const ids = new Set(tagsOf(html).map((tag) => attribute(tag, 'id')));
    for (const tag of tagsOf(html)) {
      for (const reference of ['for', 'form', 'data-reveals', 'data-copies']) {
        const id = tag.attributes.get(reference);
        assert.ok(id === undefined || ids.has(id), `${name}: ${tag.name} ${reference}=${id}`);
      }
    }
  }
});

test('ids are unique, and at most one field is focused: the one to correct where there is one', () => {
  for (const { name, html } of pages) {
    const ids = tagsOf(html)
      .map((tag) => attribute(tag, 'id'))
      .filter(Boolean);
    assert.equal(new Set(ids).size, ids.length, name);
    const focused = tagsOf(html).filter((tag) => tag.attributes.has('autofocus'));
    assert.ok(focused.length <= 1, name);
    const invalid = tagsOf(html).filter((tag) => tag.attributes.has('aria-invalid'));
    if (invalid.length > 0) assert.ok(focused[0]?.attributes.has('aria-invalid'), name);
  }
});

test('a page with an error says so in its title and in an alert', () => {
  const failing = pages.filter(({ name }) => /-(?:wrong|wait|missing|used)$|error-/u.test(name));
  assert.ok(failing.length > 20);
  for (const { name, html } of failing) {
    assert.match(html, /<title>(?:Error|Fehler): /u, name);
    if (!name.includes('error-')) assert.match(html, /role="alert"/u, name);
  }
  for (const { name, html } of pages.filter((page) => !failing.includes(page))) {
    assert.doesNotMatch(html, /<title>(?:Error|Fehler): |role="alert"/u, name);
  }
});

test('the first button of a form is never a way out, so that Enter does what the page asks', () => {
  for (const { name, html } of honestPages) {
    const first = tagsNamed(html, 'button').find((tag) => attribute(tag, 'type') !== 'button');
    if (tagsNamed(html, 'input').every((tag) => attribute(tag, 'type') === 'hidden')) continue;
    assert.match(attribute(first ?? { name: '', attributes: new Map() }, 'class'), /main/u, name);
  }
});

test('a secret that was typed never comes back', () => {
  for (const { name, html } of pages) {
    for (const input of tagsNamed(html, 'input')) {
      if (
        ['password', 'code', 'ticket'].includes(attribute(input, 'name')) &&
        !HANDED_OVER.test(name) &&
        !BROUGHT.test(name)
      ) {
        assert.equal(input.attributes.has('value'), false, name);
      }
    }
  }
});

test('pages for people speak of second proofs and codes', () => {
  for (const { name, html } of honestPages) {
    const text = html.replaceAll(/<[^>]*>/gu, ' ');
    assert.doesNotMatch(text, /\bmfa\b|token|factor|faktor|\botp\b/iu, name);
  }
});
