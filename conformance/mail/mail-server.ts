/** A mail server on this machine that encrypts, and what arrived at it. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { findOrInstall, openssl } from '../../tools/debian-packages.ts';

interface Arrived {
  readonly to: string;
  readonly raw: string;
  readonly isEncrypted: boolean;
}

interface EncryptingMailServer {
  readonly port: number;
  /** Who vouches for it, in PEM. */
  readonly certificate: string;
  readonly arrived: readonly Arrived[];
  /** The newest code that was mailed to an address, once there is one. Other mails, a notice of the sign-in say, arrive in any order. */
  codeFor(address: string): Promise<string>;
  close(): Promise<void>;
}

/** A key and a certificate for `localhost`, good for two days. */
const certified = async (): Promise<{ readonly key: string; readonly cert: string }> => {
  await findOrInstall([openssl]);
  const folder = mkdtempSync(join(tmpdir(), 'stile-mail-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('/usr/bin/openssl', ['req', '-x509', ...made, ...subject, '-out', certFile], { stdio: 'ignore' });
  const read = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  rmSync(folder, { recursive: true });
  return read;
};

const MOST_LOOKS = 4000;

export const startEncryptingMailServer = async (): Promise<EncryptingMailServer> => {
  const { key, cert } = await certified();
  const arrived: Arrived[] = [];
  const server = new SMTPServer({
    key,
    cert,
    authOptional: false,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'stile' && password === 'of the mail server'
        ? done(null, { user: username })
        : done(new Error('no')),
    onData: (stream, session, done) => {
      const take = async (): Promise<void> => {
        const raw = (await buffer(stream)).toString('latin1');
        arrived.push({ to: session.envelope.rcptTo[0]?.address ?? '', raw, isEncrypted: session.secure });
        done();
      };
      take().catch(() => stream.destroy());
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, 'localhost');
  await once(listening, 'listening');
  const address = listening.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    certificate: cert,
    arrived,
    codeFor: async (to) => {
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const theirs = arrived.filter((mail) => mail.to === to);
        const code = theirs.flatMap(({ raw }) => /^ {4}(\d{6})\r?$/m.exec(raw)?.[1] ?? []).at(-1);
        if (code !== undefined) return code;
        await new Promise((resolve) => {
          setTimeout(resolve, 10);
        });
      }
      throw new Error(`No code for ${to} has arrived.`);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  };
};
