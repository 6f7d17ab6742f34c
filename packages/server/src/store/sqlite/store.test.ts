import { at } from '../testing/fixtures.ts';
import { storeContract } from '../testing/store.contract.ts';
import { openSqlite } from './engine.ts';

storeContract('SQLite', () => openSqlite(':memory:', at(0)));
