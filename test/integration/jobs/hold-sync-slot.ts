import { SyncSlots, takeSyncSlot } from '../../../src/jobs/sync-slots.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { createLog } from '../../../src/platform/log.ts';

/** Takes a sync slot of the account in argument 2 on the database in argument 1 and keeps it until it is killed. */
const [url = '', accountId = ''] = process.argv.slice(2);
const log = createLog('error', 'hold-sync-slot');
const db = openDatabase(url, { log });
const slots = new SyncSlots(db, log);
slots.start();
const slot = { id: crypto.randomUUID(), accountId };
process.stdout.write((await takeSyncSlot(db, slot, 1)) ? 'held\n' : 'refused\n');
slots.hold(slot);
setInterval(() => undefined, 60_000);
