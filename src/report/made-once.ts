/** `make` for each object once, as long as that object is held: the same object must always make an equal result. */
export function madeOnce<K extends object, V>(make: (of: K) => V): (of: K) => V {
  const made = new WeakMap<K, V>();
  return (of) => {
    let result = made.get(of);
    if (result === undefined) {
      result = make(of);
      made.set(of, result);
    }
    return result;
  };
}
