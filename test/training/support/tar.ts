/** A ustar archive of small files: what the corpora readers take. */
export function makeTar(files: { name: string; data: Buffer }[]): Buffer {
  const blocks = files.flatMap(({ name, data }) => {
    const head = Buffer.alloc(512);
    head.write(`./${name}`, 0);
    head.write('0000644\0', 100);
    head.write(data.length.toString(8).padStart(11, '0'), 124);
    head.write('0', 156);
    head.write('ustar\0', 257);
    return [head, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
