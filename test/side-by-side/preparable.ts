import type { Database } from '../../src/platform/database.ts';

/**
 * Whether the server would understand a statement on the schema as it stands: tables, columns, functions,
 * types. Null when it would, else what it objects to. Nothing is run.
 */
export async function preparable(db: Database, text: string): Promise<string | null> {
  try {
    await db.transaction(async (sql) => {
      await sql.query(`PREPARE tried AS ${text}`);
      await sql.query('DEALLOCATE tried');
    });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
