/** What people find in their mail. */
import type { TestServer } from './test-server.ts';

/** Lets what is sent after an answer leave. */
export const afterAnswer = async (): Promise<void> => {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** The latest mail to an address; its text is empty when there is none. */
export const mailTo = async (server: TestServer, address: string) => {
  await afterAnswer();
  const mail = server.mails.findLast(({ to }) => to === address);
  const text = mail?.text ?? '';
  return {
    subject: mail?.subject ?? '',
    text,
    code: /^ {4}([0-9A-Z]{4}-[0-9A-Z]{4})$/m.exec(text)?.[1] ?? '',
    link: /^https?:\/\/\S+$/m.exec(text)?.[0] ?? '',
  };
};

/** Path and query of a link. */
export const pathOf = (link: string): string => {
  const { pathname, search } = new URL(link);
  return `${pathname}${search}`;
};
