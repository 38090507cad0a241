/** A class that adds its fields to the object it is given: what is returned from a constructor is what is constructed. */
export class Given {
  constructor(given: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the very purpose.
    return given;
  }
}
