// What the process server does to a batch before it leaves the site: zstd where it helps, AES-256-GCM always.
// Layout: magic "SRS1", flags (1 byte: 1 = zstd), 3 zero bytes, 12-byte nonce, 16-byte tag, ciphertext. Pair and sequence are authenticated with it.
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { LabError } from '../kernel/errors.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const magic = 0x31535253;
const nonceAt = 8;
const tagAt = 20;
const prefixBytes = 36;
/** A sample this long tells whether compressing the rest pays. */
const probeBytes = 32 * 1024;
const worthwhile = 0.9;
const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** @param key 32 bytes, known to both ends of the pair */
export async function seal(frame: Buffer, context: { key: Buffer; pairId: string; sequence: number }): Promise<Buffer> {
  const compressed = (await compresses(frame)) ? await compress(frame, level) : undefined;
  const body = compressed !== undefined && compressed.length < frame.length ? compressed : frame;
  const sealed = Buffer.alloc(prefixBytes);
  sealed.writeUInt32LE(magic, 0);
  sealed[4] = body === frame ? 0 : 1;
  randomFillSync(sealed, nonceAt, tagAt - nonceAt);
  const cipher = createCipheriv('aes-256-gcm', context.key, sealed.subarray(nonceAt, tagAt));
  cipher.setAAD(associated(context, sealed[4]));
  const parts = [sealed, cipher.update(body), cipher.final()];
  cipher.getAuthTag().copy(sealed, tagAt);
  return Buffer.concat(parts);
}

/** @throws LabError SealBroken when the bytes, the key, the pair or the sequence are not those of `seal` */
export async function unseal(sealed: Buffer, context: { key: Buffer; pairId: string; sequence: number }): Promise<Buffer> {
  const where = `${context.pairId} sequence ${context.sequence}.`;
  if (sealed.length < prefixBytes || sealed.readUInt32LE(0) !== magic) throw new LabError('SealBroken', where);
  const flags = sealed[4] as number;
  try {
    const decipher = createDecipheriv('aes-256-gcm', context.key, sealed.subarray(nonceAt, tagAt));
    decipher.setAAD(associated(context, flags));
    decipher.setAuthTag(sealed.subarray(tagAt, prefixBytes));
    const first = decipher.update(sealed.subarray(prefixBytes));
    const last = decipher.final();
    const body = last.length === 0 ? first : Buffer.concat([first, last]);
    return (flags & 1) === 1 ? await decompress(body) : body;
  } catch (error) {
    throw new LabError('SealBroken', where, { cause: error });
  }
}

async function compresses(frame: Buffer): Promise<boolean> {
  if (frame.length <= probeBytes) return true;
  const middle = Math.floor((frame.length - probeBytes) / 2);
  const sample = await compress(frame.subarray(middle, middle + probeBytes), level);
  return sample.length < probeBytes * worthwhile;
}

function associated(context: { pairId: string; sequence: number }, flags: number): Buffer {
  return Buffer.from(`${context.pairId}/${context.sequence}/${flags}`, 'utf8');
}
