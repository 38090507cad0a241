/**
 * A text as the bytes of an answer, in UTF-8. Given to a socket as it is, a text of megabytes would be copied three times
 * on the way, and be garbage of that size three times.
 */
export function encoded(text: string): Buffer {
  // Nearly always nothing but ASCII, for which there is a quicker way to the same bytes.
  return Buffer.from(text, Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8');
}
