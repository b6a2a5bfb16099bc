const WIDTH = 480;
const HEIGHT = 640;

/** A small WebP of the top of a screenshot, re-encoded from pixels, so that nothing else in the file survives. */
export async function makeThumbnail(png: Buffer): Promise<Buffer> {
  // Read with the first picture: a worker is ready without it.
  const { default: sharp } = await import('sharp');
  return sharp(png, { limitInputPixels: 100_000_000 })
    .resize({ width: WIDTH, height: HEIGHT, fit: 'cover', position: 'top' })
    .webp({ quality: 70, effort: 0 })
    .toBuffer();
}
