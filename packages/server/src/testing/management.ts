/** A program of the operator that calls the management API of a test server. */
import assert from 'node:assert/strict';
import { parseJsonObject } from '@stile/core';
import { tokenRequest } from './flow.ts';
import type { ConfigChange, TestServer } from './test-server.ts';

export const MANAGEMENT = 'https://login.fabrikam.example/api/v2/';
export const WATCHER = { id: 'watcher', secret: 'secret-of-the-watcher-for-the-tests' } as const;

/** With a program of the operator; and a web client that may ask people for the same scopes, which helps it nothing. */
export const watched: ConfigChange = (config) => ({
  ...config,
  clients: [
    ...(config.clients ?? []).map((client) =>
      client.id === 'web'
        ? { ...client, apis: { ...client.apis, [MANAGEMENT]: ['read:decisions', 'read:stats'] } }
        : client,
    ),
    {
      ...WATCHER,
      name: 'Watcher',
      authentication: ['client_secret_basic'],
      grantTypes: ['client_credentials'],
      apis: { [MANAGEMENT]: ['read:decisions', 'read:lock_outs', 'read:stats', 'simulate:decisions'] },
    },
  ],
});

export const tokenFor = async (server: TestServer, scope: string): Promise<string> => {
  const asked = { grant_type: 'client_credentials', audience: MANAGEMENT, scope };
  const { status, body } = await tokenRequest(server, asked, WATCHER);
  assert.equal(status, 200, JSON.stringify(body));
  return String(body.access_token);
};

const answered = async (response: Response) => ({
  status: response.status,
  body: parseJsonObject(await response.clone().text()) ?? {},
  response,
});

export const get = async (server: TestServer, path: string, token: unknown) =>
  answered(await server.send(path, { headers: { authorization: `Bearer ${String(token)}` } }));

export const post = async (
  server: TestServer,
  path: string,
  token: unknown,
  body: unknown,
  type = 'application/json',
) =>
  answered(
    await server.send(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${String(token)}`, 'content-type': type },
      body: JSON.stringify(body),
    }),
  );
