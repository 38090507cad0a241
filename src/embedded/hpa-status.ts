/** The status of a HorizontalPodAutoscaler while one look at its target goes on. */
import type { Limited } from './autoscaling.ts';
import { type JsonObject, listAt, numberAt } from './json.ts';
import { formatSeconds, type KubeObject } from './objects.ts';

const LIMIT_MESSAGES: { readonly [reason: string]: string } = {
  TooFewReplicas: 'the desired replica count is less than the minimum replica count',
  TooManyReplicas: 'the desired replica count is more than the maximum replica count',
  ScaleUpLimit: 'the desired replica count is increasing faster than the maximum scale rate',
  ScaleDownLimit: 'the desired replica count is decreasing faster than the maximum scale rate',
};

export class HpaStatus {
  readonly #previous: JsonObject;
  readonly #at: string;
  #conditions: readonly JsonObject[];
  #lastScaleTime: JsonObject;
  currentReplicas: number | undefined;
  desiredReplicas: number;
  currentMetrics: readonly JsonObject[] | undefined;

  constructor(hpa: KubeObject, now: number) {
    this.#previous = hpa.status ?? {};
    this.#at = formatSeconds(now);
    this.#conditions = listAt(this.#previous, 'conditions') as readonly JsonObject[];
    const last = this.#previous['lastScaleTime'];
    this.#lastScaleTime = last === undefined ? {} : { lastScaleTime: last };
    this.currentReplicas = numberAt(undefined, this.#previous, 'currentReplicas');
    this.desiredReplicas = numberAt(0, this.#previous, 'desiredReplicas');
  }

  /** Sets a condition where it stands; its time moves only when its status does. */
  set(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const known = this.#conditions.find((condition) => condition['type'] === type);
    const since = known !== undefined && known['status'] === status ? known['lastTransitionTime'] : this.#at;
    const next = { type, status, lastTransitionTime: since ?? this.#at, reason, message };
    this.#conditions =
      known === undefined
        ? [...this.#conditions, next]
        : this.#conditions.map((condition) => (condition === known ? next : condition));
  }

  noteLimits(limited: Limited, current: number): void {
    if (limited.stabilized) {
      const message = 'recent recommendations were higher than current one, applying the highest recent recommendation';
      this.set('AbleToScale', 'True', 'ScaleDownStabilized', message);
    } else {
      this.set('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size');
    }
    const message = LIMIT_MESSAGES[limited.limit];
    if (message === undefined) {
      const within = 'the desired count is within the acceptable range';
      this.set('ScalingLimited', 'False', 'DesiredWithinRange', within);
    } else {
      this.set('ScalingLimited', 'True', limited.limit, message);
    }
    this.desiredReplicas = current;
  }

  rescaled(replicas: number): void {
    const message = `the HPA controller was able to update the target scale to ${replicas}`;
    this.set('AbleToScale', 'True', 'SucceededRescale', message);
    this.#lastScaleTime = { lastScaleTime: this.#at };
  }

  build(): JsonObject {
    return {
      ...this.#lastScaleTime,
      ...(this.currentReplicas === undefined ? {} : { currentReplicas: this.currentReplicas }),
      desiredReplicas: this.desiredReplicas,
      currentMetrics: this.#metrics(),
      conditions: this.#conditions,
    };
  }

  #metrics(): readonly JsonObject[] | null {
    if (this.currentMetrics !== undefined) return this.currentMetrics.length === 0 ? null : this.currentMetrics;
    const previous = listAt(this.#previous, 'currentMetrics') as readonly JsonObject[];
    return previous.length === 0 ? null : previous;
  }
}
