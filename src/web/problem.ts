import type { FastifyReply, FastifyRequest } from 'fastify';

/** An error as a sentence: JSON for the API and for those who ask for it, text for everybody else. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  message: string,
): FastifyReply {
  const json = request.url.startsWith('/api/') || (request.headers.accept ?? '').includes('application/json');
  reply.code(status);
  if (json) return reply.type('application/json; charset=utf-8').send({ status, message });
  return reply.type('text/plain; charset=utf-8').send(`${message}\n`);
}
