const SIDE_MAX_PX = 1600;
const QUALITY = 0.8;

/** A photo in base 64, made small; as it is where the browser cannot read it, or if asked. */
export async function photoText(file: File, asItIs: boolean): Promise<string> {
  const small = asItIs ? file : await shrunk(file).catch(() => file);
  const bytes = new Uint8Array(await small.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

async function shrunk(file: File): Promise<Blob> {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, SIDE_MAX_PX / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", QUALITY);
  });
}
