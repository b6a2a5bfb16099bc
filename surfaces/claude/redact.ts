/**
 * What must never be stored of a signed-in session: session keys, the account's e-mail, name and ids (as fields of the
 * application's own JSON and in its API paths), and the API key that failed tool calls print (seen in a stream of
 * 2026-04). Only values are replaced, so that JSON stays JSON. Bare e-mail addresses are left alone: an answer may name
 * some.
 */
export const REDACT: readonly RegExp[] = [
  /sk-ant-[\w-]{16,}/g,
  /(?<=\\?"(?:email|email_address|full_name|display_name|accountEmail)\\?": ?\\?")[^"\\]+/g,
  /(?<=\\?"(?:account_uuid|accountUuid|organization_uuid|organizationUuid|lastActiveOrg)\\?": ?\\?")[^"\\]+/g,
  /(?<=\/api\/organizations\/)[0-9a-f]{8}-[0-9a-f-]{27}/g,
  /(?<=[?&]key=)AIza[\w-]{20,}/g,
  /(?<=__cf_chl_\w*tk=)[\w.-]+/g,
];
