/** A request that goes out only if it is still permitted in that moment, not when it was thought of. */
import type { Dispatcher } from 'undici';
import { KubeRequestError } from './errors.ts';

/**
 * The same dispatcher, but `permit` is asked when the connection stands and the next thing is to write the request on
 * it: credentials and TLS take their time, and a process may be stopped meanwhile. Refused, the request fails as one
 * that never reached the server. `what` is it in a sentence: 'PATCH /apis/…'.
 */
export function permitting(dispatcher: Dispatcher, permit: () => boolean, what: string): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    const guarded: Dispatcher.DispatchHandler = {
      onRequestStart(controller, context) {
        handler.onRequestStart?.(controller, context);
        if (!permit()) controller.abort(notPermitted(what));
      },
      onRequestUpgrade: (controller, status, headers, socket) =>
        handler.onRequestUpgrade?.(controller, status, headers, socket),
      onResponseStart: (controller, status, headers, message) =>
        handler.onResponseStart?.(controller, status, headers, message),
      onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
      onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
      onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
    };
    return dispatch(options, guarded);
  });
}

export function notPermitted(what: string): KubeRequestError {
  const message = `${what}: not sent, because this replica does not lead`;
  return new KubeRequestError({ kind: 'network', unreached: true, message });
}
