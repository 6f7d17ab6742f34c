/** That the benchmark measures right answers, at a tiny size; how fast they come is no matter here. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { parseArguments } from './arguments.ts';
import { freePort } from './contenders/program.ts';
import { Connection, cookiesIn, get, headerOf } from './load/connection.ts';
import { attribute } from './profile/attribution.ts';
import { page } from './report/page.ts';
import { reportOf } from './report/report.ts';
import { readResults } from './results.ts';
import { measureServers } from './servers.ts';

describe('every row', () => {
  it('works for Stile and for the bare limit, without an error', async () => {
    const rows = await measureServers({
      contenders: ['stile', 'limit'],
      algs: ['ES256', 'RS256'],
      only: undefined,
      rounds: 1,
      seconds: 0.05,
      warmUpSeconds: 0.02,
      lanes: 2,
      people: 6,
      pinned: false,
      tell: () => undefined,
    });
    assert.equal(rows.length, 11);
    for (const { row, alg, cells } of rows) {
      for (const { contender, rounds, fault } of cells) {
        const label = `${row} ${alg} ${contender}`;
        assert.equal(fault, undefined, label);
        assert.ok(rounds[0] && rounds[0].operations > 0, label);
      }
    }
  });
});

describe('the load generator', () => {
  it('reads answers whole, whether they tell their length or come in chunks', async () => {
    const server = createServer((request, response) => {
      response.setHeader('set-cookie', ['a=1; Path=/', 'b=2; HttpOnly']);
      if (request.url === '/known') response.setHeader('content-length', '10');
      response.write('hello');
      setImmediate(() => response.end('world'));
    });
    const port = await freePort();
    server.listen(port, 'localhost');
    await once(server, 'listening');
    const connection = await Connection.open(port);
    for (const path of ['/known', '/unknown', '/known']) {
      const answer = await connection.send(get(`localhost:${port}`, path));
      assert.deepEqual([answer.status, answer.body], [200, 'helloworld']);
      assert.deepEqual(
        [...cookiesIn(answer)],
        [
          ['a', '1'],
          ['b', '2'],
        ],
      );
      assert.equal(headerOf(answer, 'set-cookie'), 'a=1; Path=/');
      assert.equal(headerOf(answer, 'location'), '');
    }
    connection.close();
    server.close();
  });

  it('fails when the server closes the connection instead of answering', async () => {
    const server = createServer((request) => request.destroy());
    const port = await freePort();
    server.listen(port, 'localhost');
    await once(server, 'listening');
    const connection = await Connection.open(port);
    await assert.rejects(connection.send(get(`localhost:${port}`, '/')));
    server.close();
  });
});

describe('a profile', () => {
  it('gives time to the innermost function that belongs to a kind of work', () => {
    const frame = (functionName: string, url = ''): { functionName: string; url: string } => ({ functionName, url });
    const spent = attribute({
      nodes: [
        { id: 1, callFrame: frame('(root)'), children: [2, 6, 7] },
        { id: 2, callFrame: frame('handler', 'file:///x/packages/server/src/endpoints/token.ts'), children: [3, 4] },
        { id: 3, callFrame: frame('nextStep', 'file:///x/packages/core/src/next-step.ts'), children: [] },
        {
          id: 4,
          callFrame: frame('#commit', 'file:///x/packages/server/src/store/sqlite/group-commit.ts'),
          children: [5],
        },
        {
          id: 5,
          callFrame: frame('execute', 'file:///x/packages/server/src/store/sqlite/connection.ts'),
          children: [8],
        },
        { id: 6, callFrame: frame('(idle)') },
        { id: 7, callFrame: frame('(garbage collector)') },
        { id: 8, callFrame: frame('run') },
      ],
      samples: [2, 3, 8, 6, 7, 7],
      timeDeltas: [0, 10, 20, 30, 40, 50],
    });
    assert.deepEqual(Object.fromEntries(spent), {
      'handlers: parse, load, perform': 10,
      deciding: 20,
      'durable commits': 30,
      waiting: 40,
      'collecting garbage': 50,
    });
  });
});

describe('the report', () => {
  it('is the one that is made of the results that are there', () => {
    for (const [path, text] of reportOf(readResults())) {
      assert.equal(readFileSync(path, 'utf8'), text, `npm run bench -- --report makes ${path} anew`);
    }
  });

  it('tells what failed and what somebody does not have', () => {
    const { rows, ...others } = readResults();
    const [first] = rows;
    assert.ok(first);
    const cells = [
      { contender: 'stile', rounds: [] },
      { contender: 'limit', rounds: [], fault: 'The server answered 500' },
    ] as const;
    const text = page({ ...others, rows: [{ ...first, cells }] });
    assert.match(text, /\| \*\*has none\*\* \| failed \|/);
    assert.match(text, /limit: The server answered 500/);
  });
});

describe('the command line', () => {
  it('knows rows and parts, and refuses what it does not know', () => {
    assert.deepEqual(parseArguments(['--quick', '--only', 'refresh,profile']), {
      quick: true,
      report: false,
      rivals: true,
      rows: ['refresh'],
      parts: ['profile'],
      isPartial: true,
    });
    assert.equal(parseArguments([]).rows, undefined);
    assert.throws(() => parseArguments(['--only', 'everything']), /no row everything/);
  });
});
