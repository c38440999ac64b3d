/** Pictures that are pasted or dropped, as attachments; large ones are drawn smaller, so that a prompt stays within its limit. */
import type { Attachment } from "../view/composer.ts"

const edge = 1568
/** Characters of base64, about three quarters as many bytes. */
const comfortable = 600_000

const asData = (blob: Blob): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader()
  reader.addEventListener("load", () => resolve(String(reader.result).replace(/^data:[^,]*,/, "")))
  reader.addEventListener("error", () => reject(reader.error ?? new Error("The file can't be read.")))
  reader.readAsDataURL(blob)
})

const smaller = async (file: Blob): Promise<Blob> => {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height))
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale))
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 })
}

export const picturesIn = (data: DataTransfer | null): ReadonlyArray<File> =>
  [...data?.files ?? []].filter((file) => file.type.startsWith("image/"))

/** `undefined` for what is no picture after all. */
export const readPicture = async (file: File): Promise<Attachment | undefined> => {
  try {
    const data = await asData(file)
    if (data.length <= comfortable) return { name: file.name, mimeType: file.type, data }
    const drawn = await smaller(file)
    return { name: file.name, mimeType: drawn.type, data: await asData(drawn) }
  } catch {
    return undefined
  }
}
