// For the few places where a workbench swallows a click or a key because it is still busy with itself.
import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 300;

/**
 * Does it again until it succeeds.
 * @param recover what to do before the next attempt
 * @throws what the last attempt threw
 */
export async function retry(attempts: number, action: () => Promise<void>, recover?: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await action();
      return;
    } catch (error) {
      if (attempt >= attempts) throw error;
      await recover?.();
      await sleep(pauseMs);
    }
  }
}
