/** What an Action fetches comes from the host that it named: the certificate is looked at, whatever the address is. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createEgress } from '../../packages/server/src/actions/runtime/egress/egress.ts';
import { findOrInstall, openssl } from '../../tools/debian-packages.ts';

const HOST = 'risk.fabrikam.example';
const folder = mkdtempSync(join(tmpdir(), 'stile-egress-'));
const file = (name: string): string => join(folder, name);

let port = 0;
let ca = '';
const served: (string | false | null)[] = [];
const server = createServer((request, response) => {
  served.push(
    'servername' in request.socket && typeof request.socket.servername === 'string' ? request.socket.servername : null,
  );
  response.end('ours');
});

before(async () => {
  await findOrInstall([openssl]);
  const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`, '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('key.pem')];
  execFileSync('/usr/bin/openssl', ['req', '-x509', ...key, ...subject, '-out', file('cert.pem')], { stdio: 'ignore' });
  ca = readFileSync(file('cert.pem'), 'utf8');
  server.setSecureContext({ cert: ca, key: readFileSync(file('key.pem')) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const fetched = async (host: string, trusts: boolean): Promise<string> => {
  const hosts = [`https://${host}:${port}`];
  const resolve = (): Promise<readonly string[]> => Promise.resolve(['127.0.0.1']);
  const egress = createEgress({
    allow: hosts,
    allowPrivate: hosts,
    responseBytes: 1000,
    resolve,
    ...(trusts && { ca }),
  });
  const request = { url: `https://${host}:${port}/`, method: 'GET', headers: [], redirect: 'follow' };
  return JSON.stringify(await egress.fetch(request, AbortSignal.timeout(5000)));
};

describe('fetch by TLS', () => {
  it('is to the host by its name, at the address that was looked at', async () => {
    assert.match(await fetched(HOST, true), /"text":"ours"/);
    assert.deepEqual(served, [HOST]);
  });

  it('is refused when nobody trustworthy has signed the certificate, or it is that of another host', async () => {
    assert.match(await fetched(HOST, false), /certificate of the host is not trusted/);
    assert.match(await fetched('other.fabrikam.example', true), /certificate of the host is not trusted/);
    assert.equal(served.length, 1);
  });
});
