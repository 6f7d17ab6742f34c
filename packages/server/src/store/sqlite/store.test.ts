import { at } from '../contract/fixtures.ts';
import { storeContract } from '../store.contract.ts';
import { openSqlite } from './engine.ts';

storeContract('SQLite', () => openSqlite(':memory:', at(0)));
