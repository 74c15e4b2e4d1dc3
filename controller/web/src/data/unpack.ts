// Packed loads: what controller/report/packing.h writes. Link by link, the difference of each value
// to the one before in zigzag coding, 16 bits; first the low bytes of all, then the high bytes;
// deflated, in base64. Values are per mille of capacity.

export const UNKNOWN = 65535;

export async function inflate(base64: string): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function decodeSeries(bytes: Uint8Array, rows: number, columns: number): Uint16Array {
  const count = rows * columns;
  if (bytes.length !== 2 * count) {
    throw new Error(`packed loads have ${bytes.length} bytes, not ${2 * count}`);
  }
  const values = new Uint16Array(count);
  for (let row = 0; row < rows; row++) {
    let value = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      const zigzag = bytes[i] | (bytes[count + i] << 8);
      value = (value + ((zigzag >>> 1) ^ -(zigzag & 1))) & 0xffff;
      values[i] = value;
    }
  }
  return values;
}

// [links * moments], per mille.
export async function unpackLoads(base64: string, links: number, moments: number): Promise<Uint16Array> {
  return decodeSeries(await inflate(base64), links, moments);
}

export async function unpackJson<T>(base64: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await inflate(base64))) as T;
}
