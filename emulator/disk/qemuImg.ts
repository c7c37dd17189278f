// The formats we do not read or write ourselves: qemu-img does, when it is installed.
import { spawn } from 'node:child_process';
import { LabError } from '../kernel/errors.ts';

export interface QemuImgAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @returns undefined when qemu-img is not installed */
export async function runQemuImg(parameters: readonly string[], onOutput?: (text: string) => void): Promise<QemuImgAnswer | undefined> {
  const process = spawn('qemu-img', parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  process.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (onOutput === undefined) stdout += text;
    else onOutput(text);
  });
  process.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const { promise, resolve, reject } = Promise.withResolvers<QemuImgAnswer | undefined>();
  process.once('error', (error) => ('code' in error && error.code === 'ENOENT' ? resolve(undefined) : reject(error)));
  process.once('close', (exitCode) => resolve({ exitCode: exitCode ?? -1, stdout, stderr }));
  return promise;
}

/** @throws LabError QemuImgMissing, QemuImgFailed with what qemu-img said */
export async function requireQemuImg(parameters: readonly string[], onOutput?: (text: string) => void): Promise<string> {
  const answer = await runQemuImg(parameters, onOutput);
  if (answer === undefined) throw new LabError('QemuImgMissing', `It was to run: qemu-img ${parameters.join(' ')}`);
  if (answer.exitCode !== 0) throw new LabError('QemuImgFailed', answer.stderr.trim());
  return answer.stdout;
}

/**
 * `qemu-img convert` with progress.
 * @param conversion `source` a path or URL in `sourceFormat`; `options` as for `-o`
 * @throws LabError QemuImgMissing, QemuImgFailed
 */
export async function convertImage(
  conversion: { readonly source: string; readonly sourceFormat: string; readonly target: string; readonly targetFormat: string; readonly options?: string },
  onFraction: (fraction: number) => void,
): Promise<void> {
  const { source, sourceFormat, target, targetFormat, options } = conversion;
  await requireQemuImg(['convert', '-p', '-f', sourceFormat, '-O', targetFormat, ...(options === undefined ? [] : ['-o', options]), source, target], (text) => {
    const percent = [...text.matchAll(/\(\s*([\d.]+)\/100%\)/g)].at(-1)?.[1];
    if (percent !== undefined) onFraction(Number(percent) / 100);
  });
}

/** Format and size that the guest sees. @throws LabError QemuImgMissing, QemuImgFailed */
export async function imageSizeBytes(path: string, format: string): Promise<number> {
  const answer = JSON.parse(await requireQemuImg(['info', '-U', '-f', format, '--output=json', path])) as { 'virtual-size': number };
  return answer['virtual-size'];
}
