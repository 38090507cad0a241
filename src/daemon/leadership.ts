/** Who of several replicas may write. All of them watch, detect and serve the same; what leaves the process leaves one. */
export interface Leadership {
  /**
   * Whether this process may write now. To be asked in the moment of every write, never remembered over an `await`: a
   * process that stood still wakes up as what it was.
   */
  leads(): boolean;
  /**
   * Told after each change. `true` comes when what the leader before has stored is restored into the checkpoint
   * sections, so that whoever writes from then on knows what was written before.
   */
  onChange(listener: (leads: boolean) => void): void;
}

/** A process that runs alone. */
export const ALONE: Leadership = { leads: () => true, onChange: () => {} };
