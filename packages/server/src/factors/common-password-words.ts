/**
 * Words on which people build passwords when they are made to change them or to use a digit: seasons, months and days
 * (a new password each time), and what administrators hand out. Lists taken from leaks are too old to hold them with
 * this year's number.
 */
export const baseWords: readonly string[] = `
spring summer autumn fall winter
january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
password passw0rd p@ssword p@ssw0rd p@$$w0rd pa$$word pa$$w0rd passwort pass passcode passphrase
admin administrator root user guest test testing tester demo default temp temporary
welcome welc0me hello login logon letmein letme1n changeme change newpass secret secure security
access account company office work home server system service support master manager
qwerty qwertz azerty asdf asdfgh zxcv zxcvbn qwer 1q2w3e4r 1qaz2wsx abc abcd abcdef
iloveyou loveyou sunshine princess dragon monkey football baseball superman batman starwars pokemon
google facebook apple microsoft windows iphone samsung internet computer
london paris berlin newyork america england france germany canada india china brazil
chelsea arsenal liverpool barcelona realmadrid juventus
banking money dollar
stile signin authenticate authentication
`
  .trim()
  .split(/\s+/);

const marks: readonly string[] = ['', '!', '!!', '.', '?', '#', '$', '*', '@'];
const numbers: readonly string[] =
  ' 0 1 2 3 7 9 00 01 11 12 13 21 22 23 69 77 88 99 007 111 123 321 666 777 1234 4321 12345 123456 1234567 12345678'.split(
    ' ',
  );
const years: readonly string[] = Array.from({ length: 90 }, (_, year) => String(1960 + year));

/** What is usually hung on a word: a number or a year, with a mark before, behind or nowhere. */
export const usualSuffixes: readonly string[] = [...numbers, ...years].flatMap((number) => [
  ...marks.map((mark) => number + mark),
  ...['@', '#', '_', '-', '.'].map((mark) => mark + number),
]);

/** Rows of keys and other sequences; a password cut out of one, forwards or backwards, is as common as the row itself. */
export const rows: readonly string[] = [
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  '01234567890123456789012345678901234567890',
  'qwertyuiopasdfghjklzxcvbnm',
  "qwertyuiop[]\\asdfghjkl;'zxcvbnm,./",
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '`1234567890-=qwertyuiop',
  '!@#$%^&*()_+',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
];
