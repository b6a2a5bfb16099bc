import { readFileSync } from 'node:fs';

// Prints `N passed, N failed` out of vitest's JSON report, and fails when anything did: a test, a test file that could
// not be read, the checks, or the test run itself.
const [reportFile, check, tests] = process.argv.slice(2);
let passed = 0;
let failed = 0;
try {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  passed = report.numPassedTests;
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  failed = report.numFailedTests + brokenFiles.length;
} catch (error) {
  process.stderr.write(`no test report: ${error.message}\n`);
}
if (check !== '0') failed += 1;
if (tests !== '0' && failed === 0) failed = 1;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
