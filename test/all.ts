// `npm test`: everything that continuous integration runs, and one closing line that says how it went.
import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { check } from './check.ts';

const root = join(import.meta.dirname, '..');

const checked = await check();
console.log(`check: ${checked.passed} passed, ${checked.failed} failed`);
const tested = await runTests();
const total = { passed: checked.passed + tested.passed, failed: checked.failed + tested.failed };
// A run that found nothing to run is not a success.
process.exitCode = total.failed > 0 || tested.passed === 0 ? 1 : 0;
console.log(`${total.passed} passed, ${total.failed} failed`);
// Whatever a test left open must not keep a finished run alive.
process.exit();

/** Tests in words of the runner; a file that cannot be loaded, and an error outside any test, count as failures. */
async function runTests(): Promise<{ passed: number; failed: number }> {
  const vitest = await startVitest('test', process.argv.slice(2), { root, run: true, watch: false });
  const modules = vitest.state.getTestModules();
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const passed = tests.filter((test) => test.result().state === 'passed').length;
  const failedTests = tests.filter((test) => test.result().state === 'failed').length;
  const brokenModules = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0).length;
  const failed = failedTests + brokenModules + vitest.state.getUnhandledErrors().length;
  await vitest.close();
  return { passed, failed };
}
