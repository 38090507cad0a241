/** An answer whose bytes are kept in parts: put together first, megabytes would be copied once more than the socket needs. */
import type { FastifyReply } from 'fastify';

export function sendParts(reply: FastifyReply, parts: readonly Buffer[]): FastifyReply {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const response = reply.hijack().raw;
  response.writeHead(reply.statusCode, { ...(reply.getHeaders() as Record<string, string>), 'content-length': length });
  response.cork();
  for (const part of parts) response.write(part);
  response.end();
  return reply;
}
